-- Run once by the image of PostgreSQL, when it makes the cluster.
--
-- The service gets a role that owns its database and can do nothing else. The superuser is left
-- without a password: it comes in over the socket only, as the system account `postgres`.
\getenv password POSTGRES_PASSWORD
CREATE ROLE idip LOGIN PASSWORD :'password';
CREATE DATABASE idip OWNER idip;
REVOKE ALL ON DATABASE idip FROM PUBLIC;
ALTER ROLE postgres PASSWORD NULL;
