package routes.api;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.time.Instant;
import java.util.UUID;

@JsonInclude
record User(long id, UUID tenantId, Long telegramId, String username, Instant createdAt) {}
