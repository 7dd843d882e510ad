package routes.api;

import jakarta.validation.constraints.Pattern;
import jakarta.validation.constraints.Positive;

/**
 * @param username with or without {@code @}
 * @param tenant id or name; created if it does not exist; null for the default tenant
 */
record NewUser(
        @Positive Long telegramId,
        @Pattern(regexp = "@?[A-Za-z0-9_]{1,64}", message = "must be a Telegram user name of letters, digits and _")
                String username,
        @Pattern(
                        regexp = "[\\p{L}\\p{N}][\\p{L}\\p{N} ._-]{0,99}",
                        message = "must be an id or a name of at most 100 letters, digits, spaces and . _ -")
                String tenant) {}
