-- Which part of the schema is there:  psql "$DATABASE_URL" -f config/sql/check_components.sql
WITH tables (component) AS (VALUES
    ('tenants'), ('users'), ('channels'), ('user_channel'), ('posts'), ('post_edits'), ('media_objects'), ('post_media_map'),
    ('media_groups'), ('media_group_items'), ('post_enrichment'), ('digest_settings'), ('digests'), ('trends'),
    ('trend_posts'), ('user_interests'), ('rag_queries'), ('tenant_storage_usage'), ('graph_nodes'), ('graph_edges'),
    ('outbox'), ('imports'), ('jobs'), ('post_reconciliations'), ('early_deletions'), ('post_timeline')),
columns (component, table_name, column_name) AS (VALUES
    ('posts.grouped_id', 'posts', 'grouped_id'),
    ('posts.tagging_status', 'posts', 'tagging_status'),
    ('posts.tagging_attempts', 'posts', 'tagging_attempts'),
    ('posts.last_tagging_attempt', 'posts', 'last_tagging_attempt'),
    ('posts.tagging_error', 'posts', 'tagging_error'),
    ('post_enrichment.metadata', 'post_enrichment', 'metadata')),
indexes (component, absent) AS (VALUES
    ('ux_post_enrichment_post_kind', '✗ MISSING'),
    ('idx_post_enrichment_metadata', '✗ MISSING'),
    ('idx_posts_has_media_true', '✗ MISSING'),
    -- built concurrently, so it can be absent while everything else is there
    ('idx_posts_with_grouped_id', '⚠ NOT CREATED'))
SELECT component,
       CASE WHEN to_regclass(format('%I.%I', current_schema(), component)) IS NOT NULL THEN '✓ OK' ELSE '✗ MISSING' END AS status
FROM tables
UNION ALL
SELECT c.component,
       CASE WHEN EXISTS (SELECT 1 FROM information_schema.columns i
                         WHERE i.table_schema = current_schema()
                           AND i.table_name = c.table_name AND i.column_name = c.column_name)
            THEN '✓ OK' ELSE '✗ MISSING' END
FROM columns c
UNION ALL
SELECT x.component,
       CASE WHEN EXISTS (SELECT 1 FROM pg_index i JOIN pg_class k ON k.oid = i.indexrelid
                         WHERE k.relname = x.component AND k.relnamespace = current_schema()::regnamespace AND i.indisvalid)
            THEN '✓ OK' ELSE x.absent END
FROM indexes x;
