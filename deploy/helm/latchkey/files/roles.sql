-- Who may do what in Postgres 15 and newer. An administrator of the database runs it before the first start, and again when it changed: it may
-- run any number of times, also on a database that one role has used for everything until now.
--
--   psql --dbname=latchkey --set=ON_ERROR_STOP=1 --file=roles.sql
--
-- A service has two roles. Its owner changes the schema, and only the migrations run as it (npm run migrate:identity, migrate:keys). The
-- service itself reads and writes rows, makes and drops nothing, and does not see the other service's schema. The gateway has no role.
-- No passwords are here: whoever operates the database sets them (ALTER ROLE latchkey_keys PASSWORD '…'), or lets the roles in by certificate.

DO $$
DECLARE
  service text;
  owner text;
  worker text;
  thing record;
BEGIN
  EXECUTE format('REVOKE ALL ON DATABASE %I FROM PUBLIC', current_database());
  REVOKE ALL ON SCHEMA public FROM PUBLIC;

  FOREACH service IN ARRAY ARRAY['identity', 'keys'] LOOP
    worker := 'latchkey_' || service;
    owner := worker || '_owner';
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = owner) THEN EXECUTE format('CREATE ROLE %I LOGIN', owner); END IF;
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = worker) THEN EXECUTE format('CREATE ROLE %I LOGIN', worker); END IF;
    -- Who is no superuser may give things only to roles that it belongs to.
    IF NOT pg_has_role(current_user, owner, 'MEMBER') THEN EXECUTE format('GRANT %I TO CURRENT_USER', owner); END IF;

    EXECUTE format('GRANT CONNECT ON DATABASE %I TO %I, %I', current_database(), owner, worker);
    EXECUTE format('CREATE SCHEMA IF NOT EXISTS %I AUTHORIZATION %I', service, owner);
    EXECUTE format('ALTER SCHEMA %I OWNER TO %I', service, owner);
    EXECUTE format('REVOKE ALL ON SCHEMA %I FROM PUBLIC', service);
    EXECUTE format('GRANT USAGE ON SCHEMA %I TO %I', service, worker);

    -- What an earlier, single role made. Sequences of columns follow their tables.
    FOR thing IN SELECT tablename AS name FROM pg_tables WHERE schemaname = service AND tableowner <> owner LOOP
      EXECUTE format('ALTER TABLE %I.%I OWNER TO %I', service, thing.name, owner);
    END LOOP;
    EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA %I TO %I', service, worker);
    EXECUTE format('GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA %I TO %I', service, worker);

    -- What migrations will make.
    EXECUTE format('ALTER DEFAULT PRIVILEGES FOR ROLE %I IN SCHEMA %I GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO %I', owner, service, worker);
    EXECUTE format('ALTER DEFAULT PRIVILEGES FOR ROLE %I IN SCHEMA %I GRANT USAGE, SELECT ON SEQUENCES TO %I', owner, service, worker);
  END LOOP;
END
$$;
