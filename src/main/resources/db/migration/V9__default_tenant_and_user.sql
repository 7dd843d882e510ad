SET LOCAL lock_timeout = '10s';

INSERT INTO tenants (id, name) VALUES ('00000000-0000-0000-0000-000000000001', 'default') ON CONFLICT (id) DO NOTHING;
INSERT INTO users (id, tenant_id, username) VALUES (1, '00000000-0000-0000-0000-000000000001', 'default') ON CONFLICT (id) DO NOTHING;
-- Identity values go on above what was inserted by hand.
SELECT setval(pg_get_serial_sequence('users', 'id'), greatest((SELECT max(id) FROM users), 1));
