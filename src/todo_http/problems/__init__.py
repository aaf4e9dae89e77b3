"""Problem details (RFC 9457): errors of HTTP, the table from errors to responses, and the pages that explain them."""
