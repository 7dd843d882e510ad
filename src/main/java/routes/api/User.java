package routes.api;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.time.Instant;
import java.util.UUID;
import routes.api.http.Cursor;

@JsonInclude
record User(long id, UUID tenantId, Long telegramId, String username, Instant createdAt) {

    Cursor place() {
        return Cursor.of(createdAt, id);
    }
}
