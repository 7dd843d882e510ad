SET LOCAL lock_timeout = '10s';

-- Answers that quote posts which were erased before stored answers were.
UPDATE rag_queries q SET answer = NULL, topics = '[]',
    sources = coalesce((SELECT jsonb_agg(one.source ORDER BY one.n) FROM jsonb_array_elements(q.sources) WITH ORDINALITY AS one (source, n)
        WHERE NOT EXISTS (SELECT FROM posts p WHERE p.id = (one.source ->> 'post_id')::uuid AND p.cleaned_at IS NOT NULL)), '[]')
WHERE EXISTS (SELECT FROM jsonb_array_elements(q.sources) AS source JOIN posts p ON p.id = (source ->> 'post_id')::uuid
    WHERE p.cleaned_at IS NOT NULL);

-- What was seen in pictures whose files were removed.
DELETE FROM vision_results r WHERE NOT EXISTS (
    SELECT FROM media_objects o WHERE o.tenant_id = r.tenant_id AND o.file_sha256 = r.file_sha256);
