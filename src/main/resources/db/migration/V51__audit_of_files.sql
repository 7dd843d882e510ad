SET LOCAL lock_timeout = '10s';

-- Edits of route files are recorded too; whoever may write the file made them.
ALTER TABLE operator_audit DROP CONSTRAINT IF EXISTS operator_audit_via_check;
ALTER TABLE operator_audit ADD CONSTRAINT operator_audit_via_check CHECK (via IN ('http', 'jmx', 'command_line', 'file'));
