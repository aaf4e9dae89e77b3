"""The REST layer: it turns HTTP into calls of the use cases, and their results into HTTP.

From the outside in:

    app, options   the application, free of side effects until its lifespan begins
    edge           the wrapper around everything: request ids, limits, headers, the access log, the last resort
    kernel         what every operation is made of: context, guards, bodies, queries, conditions, responses
    api            the operations, one module per capability, beside their wire types
    problems       the only table from errors to HTTP
    openapi        the document made from what is known about every operation
    web            the web client: static files
"""
