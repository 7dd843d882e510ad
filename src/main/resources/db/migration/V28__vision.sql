SET LOCAL lock_timeout = '10s';

-- What vision found in a picture: analysed once per tenant and version of the prompts, whatever posts carry it.
CREATE TABLE IF NOT EXISTS vision_results (
    tenant_id      uuid        NOT NULL REFERENCES tenants (id),
    file_sha256    varchar(64) NOT NULL,
    vision_version varchar(32) NOT NULL,
    result         jsonb       NOT NULL,
    created_at     timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (tenant_id, file_sha256, vision_version)
);

-- Perceptual hash of a picture: nearly the same pictures differ in few bits. Null until it is analysed.
ALTER TABLE media_objects ADD COLUMN IF NOT EXISTS phash bigint;
