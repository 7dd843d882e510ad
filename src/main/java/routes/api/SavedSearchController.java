package routes.api;

import com.fasterxml.jackson.annotation.JsonInclude;
import jakarta.validation.Valid;
import jakarta.validation.constraints.NotNull;
import java.net.URI;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;
import routes.api.access.ApiDatabase;
import routes.api.access.Role;
import routes.api.http.ProblemType;
import routes.search.QueryLanguage;
import routes.search.QueryLanguage.UnclearQueryException;

/** Searches that a user has saved under a name. */
@RestController
record SavedSearchController(UserStore users, ApiDatabase database) {
    /** Maximum number per user. */
    private static final int MOST = 100;

    /** @param query in the search syntax */
    @JsonInclude
    record SavedSearch(UUID id, String name, String query, Instant createdAt) {}

    record NewSavedSearch(
            @NotNull(message = "is required") @PlainText(max = 100) String name,
            @NotNull(message = "is required") @PlainText(max = 500) String query) {}

    @GetMapping("/users/{user_id}/searches")
    Page<SavedSearch> list(@PathVariable("user_id") long id) {
        User user = users.require(id);
        List<SavedSearch> searches = database.rows(
                        """
                        SELECT id, name, query, created_at FROM saved_searches WHERE user_id = :user
                        ORDER BY lower(name), id LIMIT :most
                        """)
                .param("user", user.id())
                .param("most", MOST)
                .query(ApiDatabase.as(SavedSearch.class))
                .list();
        return new Page<>(searches, null);
    }

    @PostMapping(path = "/users/{user_id}/searches", consumes = MediaType.APPLICATION_JSON_VALUE)
    @Role.Needed(Role.OPERATOR)
    ResponseEntity<SavedSearch> create(@PathVariable("user_id") long id, @Valid @RequestBody NewSavedSearch wanted) {
        User user = users.require(id);
        try {
            QueryLanguage.read(wanted.query());
        } catch (UnclearQueryException e) {
            throw ProblemType.INVALID_VALUE.exception("query", e.getMessage());
        }
        SavedSearch saved = database.rows(
                        """
                        INSERT INTO saved_searches (id, user_id, name, query)
                        SELECT :id, :user, :name, :query
                        WHERE (SELECT count(*) FROM saved_searches WHERE user_id = :user) < :most
                        ON CONFLICT (user_id, lower(name)) DO NOTHING
                        RETURNING id, name, query, created_at
                        """)
                .param("id", UUID.randomUUID())
                .param("user", user.id())
                .param("name", wanted.name().strip())
                .param("query", wanted.query().strip())
                .param("most", MOST)
                .query(ApiDatabase.as(SavedSearch.class))
                .optional()
                .orElseThrow(() -> ProblemType.CONFLICT.exception(
                        "name",
                        "The user already has a search with this name, or " + MOST + " searches",
                        "Choose another name, or delete a search."));
        return ResponseEntity.created(URI.create("/users/" + user.id() + "/searches/" + saved.id()))
                .body(saved);
    }

    @DeleteMapping("/users/{user_id}/searches/{search_id}")
    @Role.Needed(Role.OPERATOR)
    @ResponseStatus(HttpStatus.NO_CONTENT)
    void delete(@PathVariable("user_id") long id, @PathVariable("search_id") UUID search) {
        int deleted = database.sql("DELETE FROM saved_searches WHERE id = :id AND user_id = :user")
                .param("id", search)
                .param("user", users.require(id).id())
                .update();
        if (deleted == 0) {
            throw ProblemType.NOT_FOUND.exception("search_id", "User " + id + " has no search " + search);
        }
    }
}
