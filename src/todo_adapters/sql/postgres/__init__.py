"""PostgreSQL through asyncpg: the connection, the pool and the database."""
