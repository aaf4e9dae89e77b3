"""The REST layer: it turns HTTP into calls of the use cases, and what they answer into HTTP.

From the outside in:

    app, options        the application, free of side effects until its lifespan begins
    edge                the wrapper around everything: ids, limits, headers, the log line, the last resort
    admission           who is asking, and whether the path is theirs
    accounts, sessions, tasks, task_list, health, docs, problem_pages    the operations, beside their wire types
    wire, query, cursors    bodies, query strings and page positions, read strictly
    problems            the only table from refusals to HTTP
    operations, openapi    what is known about every operation, and the document made from it
"""
