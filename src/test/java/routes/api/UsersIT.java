package routes.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class UsersIT {

    @RegisterExtension
    static final RunningApi api = new RunningApi();

    private final ApiClient client = api.client();
    private final Fixtures fixtures = api.fixtures();

    @Test
    void the_default_user_is_there_from_the_start() {
        JsonNode user = client.get("/users/1").json();

        assertThat(user.path("tenant_id").asText()).isEqualTo(Fixtures.DEFAULT_TENANT.toString());
        assertThat(user.path("username").asText()).isEqualTo("default");
        assertThat(user.path("telegram_id").isNull()).isTrue();
    }

    @Test
    void a_new_user_belongs_to_the_default_tenant_and_is_found_at_its_location() {
        ApiClient.Answer created = client.post("/users", "{\"telegram_id\": 777000111, \"username\": \"@reader\"}");

        assertThat(created.status()).isEqualTo(201);
        assertThat(created.text("username")).isEqualTo("reader");
        assertThat(created.text("tenant_id")).isEqualTo(Fixtures.DEFAULT_TENANT.toString());
        assertThat(client.get(created.header("Location")).json()).isEqualTo(created.json());
    }

    @Test
    void the_settings_of_crawling_are_stored_and_replaced() {
        String path = "/users/" + fixtures.user(Fixtures.DEFAULT_TENANT) + "/crawl/settings";
        JsonNode none = client.get(path).json();
        assertThat(none.path("trigger_tags")).isEmpty();
        assertThat(none.path("posts_per_day").isNull()).isTrue();

        ApiClient.Answer answer =
                put(path, "{\"trigger_tags\": [\"шахматы\", \"open source\", \"шахматы\"], \"posts_per_day\": 20}");

        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.json().path("trigger_tags").valueStream().map(JsonNode::asText))
                .containsExactlyInAnyOrder("open source", "шахматы");
        assertThat(answer.json().path("posts_per_day").asInt()).isEqualTo(20);
        assertThat(client.get(path).json()).isEqualTo(answer.json());
        assertThat(put(path, "{\"trigger_tags\": []}").json()).isEqualTo(none);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{}                                                   | trigger_tags    | 422",
                "{\"trigger_tags\": null}                             | trigger_tags    | 422",
                "{\"trigger_tags\": [\"ok\", \"a\"]}                   | trigger_tags[1] | 422",
                "{\"trigger_tags\": [\"!?\"]}                         | trigger_tags[0] | 422",
                "{\"trigger_tags\": [\"a\\u0000b\"]}                  | trigger_tags[0] | 422",
                "{\"trigger_tags\": [null]}                           | trigger_tags[0] | 422",
                "{\"trigger_tags\": [5]}                              | trigger_tags    | 400",
                "{\"trigger_tags\": \"ai\"}                           | trigger_tags    | 400",
                "{\"trigger_tags\": [], \"posts_per_day\": -1}        | posts_per_day   | 422",
                "{\"trigger_tags\": [], \"posts_per_day\": 1.5}       | posts_per_day   | 400",
                "{\"trigger_tags\": [], \"posts_per_day\": \"5\"}     | posts_per_day   | 400",
                "{\"trigger_tags\": [], \"posts_per_day\": 99999999}  | posts_per_day   | 422",
                "{\"trigger_tags\": [], \"tags\": []}                 | tags            | 400"
            })
    void settings_of_crawling_that_make_no_sense_are_refused_with_the_field(String body, String field, int status) {
        ApiClient.Answer answer = put("/users/1/crawl/settings", body);

        assertThat(answer.status()).as(answer.http().body()).isEqualTo(status);
        assertThat(answer.text("field")).startsWith(field);
    }

    private ApiClient.Answer put(String path, String body) {
        return client.send("PUT", path, body, request -> request.header("Content-Type", "application/json"));
    }

    @Test
    void a_user_needs_nothing() {
        assertThat(client.post("/users", "{}").status()).isEqualTo(201);
    }

    @Test
    void a_telegram_id_is_taken_once_per_tenant() {
        ApiClient.Answer first = client.post("/users", "{\"telegram_id\": 5, \"tenant\": \"Редакция 5\"}");
        ApiClient.Answer again = client.post("/users", "{\"telegram_id\": 5, \"tenant\": \"Редакция 5\"}");
        ApiClient.Answer elsewhere = client.post("/users", "{\"telegram_id\": 5, \"tenant\": \"Другая\"}");

        assertThat(again.status()).isEqualTo(409);
        assertThat(again.text("remedy")).contains("user " + first.text("id"));
        assertThat(elsewhere.status()).isEqualTo(201);
        assertThat(elsewhere.text("tenant_id")).isNotEqualTo(first.text("tenant_id"));
    }

    @Test
    void a_tenant_is_named_by_id_or_name() {
        UUID known = fixtures.tenant();
        UUID unknown = UUID.randomUUID();

        assertThat(tenantOf("tenant " + known)).isEqualTo(known.toString());
        assertThat(tenantOf(known.toString())).isEqualTo(known.toString());
        assertThat(tenantOf(unknown.toString())).isEqualTo(unknown.toString());
        assertThat(tenantOf("default")).isEqualTo(Fixtures.DEFAULT_TENANT.toString());
        assertThat(tenantOf("new one")).isEqualTo(tenantOf("new one"));
    }

    @Test
    void a_subscription_is_made_once_ended_once_and_can_begin_again() {
        String channels = "/users/" + fixtures.user(Fixtures.DEFAULT_TENANT) + "/channels";

        ApiClient.Answer first = client.post(channels, "{\"username\": \"@Telegram_News\"}");
        ApiClient.Answer again = client.post(channels, "{\"username\": \"https://t.me/telegram_news\"}");
        String one = channels + "/" + first.text("id");

        assertThat(first.status()).isEqualTo(201);
        assertThat(first.text("username")).isEqualTo("Telegram_News");
        assertThat(again.status()).isEqualTo(200);
        assertThat(again.json()).isEqualTo(first.json());
        assertThat(client.get(channels).json().path("items")).containsExactly(first.json());
        assertThat(client.delete(one).status()).isEqualTo(204);
        assertThat(client.get(channels).json().path("items")).isEmpty();
        assertThat(client.delete(one).status()).isEqualTo(404);
        assertThat(client.post(channels, "{\"username\": \"telegram_news\"}").status())
                .isEqualTo(201);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "linked_channel",
                "@linked_channel",
                "t.me/linked_channel",
                "https://t.me/linked_channel",
                "https://t.me/s/linked_channel",
                "http://www.t.me/linked_channel/",
                "https://t.me/linked_channel/15",
                "https://t.me/linked_channel/7/15?single&comment=3",
                "https://telegram.me/linked_channel?before=5",
                "tg://resolve?domain=linked_channel&post=15"
            })
    void a_channel_may_be_named_by_a_link(String given) {
        String channels = "/users/" + fixtures.user(Fixtures.DEFAULT_TENANT) + "/channels";

        ApiClient.Answer answer = client.post(channels, "{\"username\": \"" + given + "\"}");

        assertThat(answer.status()).isEqualTo(201);
        assertThat(answer.text("username")).isEqualTo("linked_channel");
        assertThat(answer.json().path("tg_channel_id").isNull()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "abc",
                "linked_channel/5",
                "https://t.me/+AbCdEf012345",
                "https://t.me/joinchat/AbCdEf",
                "https://example.com/linked_channel",
                "https://t.me/c/0/5",
                "tg://join?invite=abcdef"
            })
    void what_names_no_channel_is_refused_with_the_forms_that_do(String given) {
        String channels = "/users/" + fixtures.user(Fixtures.DEFAULT_TENANT) + "/channels";

        ApiClient.Answer answer = client.post(channels, "{\"username\": \"" + given + "\"}");

        assertThat(answer.status()).isIn(400, 422);
        assertThat(answer.json().toString()).contains("https://t.me/name");
    }

    @Test
    void the_link_of_a_private_channel_needs_an_account_unless_the_channel_is_stored() {
        String channels = "/users/" + fixtures.user(Fixtures.DEFAULT_TENANT) + "/channels";

        ApiClient.Answer refused = client.post(channels, "{\"username\": \"https://t.me/c/1555000111/5\"}");
        api.jdbc()
                .sql("INSERT INTO channels (id, tg_channel_id) VALUES (gen_random_uuid(), 1555000111)")
                .update();
        ApiClient.Answer known = client.post(channels, "{\"username\": \"https://t.me/c/1555000111/5\"}");

        assertThat(refused.status()).isEqualTo(409);
        assertThat(refused.json().path("detail").asText() + refused.json()).contains("private", "member");
        assertThat(known.status()).isEqualTo(201);
        assertThat(known.json().path("tg_channel_id").asLong()).isEqualTo(1_555_000_111L);
    }

    @ParameterizedTest
    @CsvSource({"1987654321, 1987654321", "-1001987654321, 1987654321", "-1000000000001, 1"})
    void a_channel_id_may_be_bare_or_of_the_bot_api(long given, long bare) {
        long user = fixtures.user(Fixtures.DEFAULT_TENANT);

        ApiClient.Answer answer =
                client.post("/users/" + user + "/channels", "{\"tg_channel_id\": %d}".formatted(given));

        assertThat(answer.status()).isEqualTo(201);
        assertThat(answer.json().path("tg_channel_id").asLong()).isEqualTo(bare);
    }

    @Test
    void subscriptions_are_paged_without_gap_or_repetition() {
        long user = fixtures.user(Fixtures.DEFAULT_TENANT);
        var expected = new ArrayList<String>();
        for (int i = 0; i < 7; i++) {
            expected.add(fixtures.channelOf(user).toString());
        }

        var seen = new ArrayList<String>();
        String cursor = "";
        while (cursor != null) {
            JsonNode page =
                    client.get("/users/" + user + "/channels?limit=3" + cursor).json();
            page.path("items").forEach(item -> seen.add(item.path("id").asText()));
            cursor = page.path("next_cursor").isNull()
                    ? null
                    : "&cursor=" + page.path("next_cursor").asText();
        }

        assertThat(seen).containsExactlyElementsOf(expected);
    }

    @Test
    void users_of_two_tenants_subscribe_to_the_same_channel_independently() {
        List<Long> users = List.of(fixtures.user(fixtures.tenant()), fixtures.user(fixtures.tenant()));

        List<String> ids = users.stream()
                .map(user -> client.post("/users/" + user + "/channels", "{\"username\": \"shared_channel\"}")
                        .text("id"))
                .toList();
        client.delete("/users/" + users.get(0) + "/channels/" + ids.get(0));

        assertThat(ids.get(0)).isEqualTo(ids.get(1));
        assertThat(client.get("/users/" + users.get(1) + "/channels").json().path("items"))
                .hasSize(1);
    }

    @Test
    void a_live_channel_shows_how_far_it_is_read_and_is_paused_and_resumed() {
        long user = fixtures.user(Fixtures.DEFAULT_TENANT);
        UUID channel = fixtures.channelOf(user);
        String channels = "/users/" + user + "/channels";
        String one = channels + "/" + channel;
        assertThat(client.get(channels).json().at("/items/0/live").isNull()).isTrue();
        assertThat(client.post(one + "/pause", "").status())
                .as("it is not read live")
                .isEqualTo(409);
        fixtures.live(Fixtures.DEFAULT_TENANT, channel);

        JsonNode live = client.get(channels).json().at("/items/0/live");
        assertThat(live.path("state").asText()).isEqualTo("history");
        assertThat(live.path("account").asText()).isEqualTo("main");
        assertThat(live.path("source").asText()).isEqualTo("telegram");
        assertThat(live.path("retry_at").isNull()).isTrue();
        JsonNode paused = client.post(one + "/pause", "").json().path("live");
        assertThat(paused.path("state").asText()).isEqualTo("paused");
        assertThat(client.post(one + "/pause", "").json().at("/live/paused_at")).isEqualTo(paused.path("paused_at"));
        assertThat(client.post(one + "/resume", "").json().at("/live/state").asText())
                .isEqualTo("history");
        String wanted = "SELECT wanted FROM live_channels WHERE channel_id = '" + channel + "'";
        assertThat(api.jdbc().sql(wanted).query(String.class).single())
                .as("what was missed while it was paused is read")
                .isEqualTo("deep");
        long other = fixtures.user(fixtures.tenant());
        assertThat(client.post("/users/" + other + "/channels/" + channel + "/pause", "")
                        .status())
                .isEqualTo(404);
    }

    @ParameterizedTest
    @CsvSource({
        "flood_until = now() + interval '1 hour', waiting",
        "error = 'Telegram has no channel @x', failed",
        "chat_id = NULL, finding",
        "history_done_at = now(), live"
    })
    void the_state_of_a_live_channel_says_what_it_waits_for(String change, String state) {
        long user = fixtures.user(Fixtures.DEFAULT_TENANT);
        UUID channel = fixtures.channelOf(user);
        fixtures.live(Fixtures.DEFAULT_TENANT, channel);
        api.jdbc()
                .sql("UPDATE live_channels SET " + change + " WHERE channel_id = ?")
                .param(channel)
                .update();

        JsonNode live = client.get("/users/" + user + "/channels").json().at("/items/0/live");

        assertThat(live.path("state").asText()).isEqualTo(state);
    }

    @Test
    void without_telegram_no_channel_can_be_read_now() {
        ApiClient.Answer answer =
                client.post("/users/" + fixtures.user(Fixtures.DEFAULT_TENANT) + "/channels/parse", "");

        assertThat(answer.status()).isEqualTo(409);
        assertThat(answer.text("remedy")).contains("TELEGRAM_API_ID");
    }

    private String tenantOf(String tenant) {
        return client.post("/users", "{\"tenant\": \"" + tenant + "\"}").text("tenant_id");
    }
}
