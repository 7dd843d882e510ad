package routes.api;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonUnwrapped;
import java.net.URI;
import java.time.Instant;
import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;
import routes.api.access.Role;
import routes.api.http.ProblemType;
import routes.delivery.TelegramLinks;
import routes.delivery.TelegramLinks.Code;
import routes.delivery.TelegramLinks.Link;

/** Links a user to a chat with the bot that delivers digests. */
@RestController
record TelegramLinkController(UserStore users, TelegramLinks links) {

    /**
     * @param hasBot whether a bot is configured
     * @param bot user name of the bot; null until Telegram has returned it
     */
    @JsonInclude
    record TelegramLink(boolean hasBot, String bot, @JsonUnwrapped Link link) {}

    @GetMapping("/users/{user_id}/telegram_link")
    TelegramLink read(@PathVariable("user_id") long id) {
        Link link = links.read(users.require(id).id());
        return new TelegramLink(links.hasBot(), links.bot().orElse(null), link);
    }

    /** @param url opens the chat with the bot and sends the code; null until the bot's user name is available */
    @JsonInclude
    record TelegramCode(String code, Instant expiresAt, String bot, String url) {
        /** Omits the code: Spring logs response bodies. */
        @Override
        public String toString() {
            return "TelegramCode[bot=" + bot + "]";
        }
    }

    @PostMapping("/users/{user_id}/telegram_link")
    @Role.Needed(Role.OPERATOR)
    ResponseEntity<TelegramCode> create(@PathVariable("user_id") long id) {
        User user = users.require(id);
        if (!links.hasBot()) {
            throw ProblemType.CONFLICT.exception(
                    "user_id",
                    "No bot is configured",
                    "Create a bot with @BotFather in Telegram, and set TELEGRAM_BOT_TOKEN.");
        }
        Code code = links.newCode(user.id());
        String url = code.bot() == null ? null : "https://t.me/" + code.bot() + "?start=" + code.code();
        return ResponseEntity.created(URI.create("/users/" + user.id() + "/telegram_link"))
                .body(new TelegramCode(code.code(), code.expiresAt(), code.bot(), url));
    }

    @DeleteMapping("/users/{user_id}/telegram_link")
    @Role.Needed(Role.OPERATOR)
    @ResponseStatus(HttpStatus.NO_CONTENT)
    void delete(@PathVariable("user_id") long id) {
        links.unlink(users.require(id).id());
    }
}
