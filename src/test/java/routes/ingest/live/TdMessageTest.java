package routes.ingest.live;

import static org.assertj.core.api.Assertions.assertThat;
import static routes.tdlib.standin.Contents.entity;
import static routes.tdlib.standin.Contents.formatted;
import static routes.tdlib.standin.Contents.object;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import routes.events.TextEntity;
import routes.ingest.SourceMessage;
import routes.ingest.TextPart;
import routes.posts.Details;
import routes.posts.Post.Counters;
import routes.posts.Post.Forward;
import routes.tdlib.standin.Contents;
import routes.tdlib.standin.StandInFile;
import routes.tdlib.standin.TelegramStandIn;

class TdMessageTest {
    private static final long CHANNEL = -1_001_234_567_890L;
    private static final TelegramStandIn TELEGRAM = new TelegramStandIn();
    private static final StandInFile FILE = TELEGRAM.file("bytes".getBytes());

    private static final TdMessage.Names NAMES = new TdMessage.Names() {
        @Override
        public Optional<String> user(long userId) {
            return Optional.of("User " + userId);
        }

        @Override
        public Optional<String> bot(long userId) {
            return userId == 0 ? Optional.empty() : Optional.of("@bot" + userId);
        }

        @Override
        public Optional<String> title(long chatId) {
            return Optional.of("Chat " + chatId);
        }

        @Override
        public Optional<String> topic(long chatId, long topicId) {
            return Optional.of("Topic " + topicId);
        }
    };

    private static ObjectNode message(JsonNode content) {
        ObjectNode message = object("message")
                .put("id", 7L << 20)
                .put("chat_id", CHANNEL)
                .put("is_channel_post", true)
                .put("date", 1_796_000_000)
                .put("edit_date", 0)
                .put("media_album_id", "0")
                .put("author_signature", "");
        message.set("sender_id", object("messageSenderChat").put("chat_id", CHANNEL));
        return message.set("content", content);
    }

    private static SourceMessage read(ObjectNode message) {
        return TdMessage.read(message, NAMES).orElseThrow().message();
    }

    static Stream<Arguments> contents() {
        return Stream.of(
                row(Contents.text("text"), "text", null, null),
                row(Contents.photo("caption", FILE, FILE), "caption", null, "photo"),
                row(Contents.video("caption", "holiday.mp4", 3, FILE), "caption", "holiday.mp4", "video"),
                row(Contents.video("caption", "video_2026.mp4", 3, FILE), "caption", null, "video"),
                row(
                        Contents.document("caption", "report.pdf", "application/pdf", FILE),
                        "caption",
                        "report.pdf",
                        "document"),
                row(Contents.animation("caption", "cat jumps.mp4", FILE), "caption", "cat jumps.mp4", "animation"),
                row(
                        Contents.audio("caption", "Artist", "Song", "s.mp3", FILE),
                        "caption",
                        "Artist — Song\ns.mp3",
                        "audio"),
                row(Contents.voiceNote("caption", FILE), "caption", null, "voice_message"),
                row(Contents.videoNote(FILE), "", null, "video_message"),
                row(Contents.sticker("👍", FILE), "", "👍", "sticker"),
                row(Contents.poll("Who?", "Me", "You"), "", "Who?\nMe\nYou", null),
                row(Contents.checklist("Buy", List.of("milk", "bread")), "", "Buy\nmilk\nbread", null),
                row(Contents.paidMedia("caption", 50), "caption", null, "paid_media"),
                row(Contents.richMessage(true, "First", "Second"), "First\nSecond", null, null),
                row(Contents.location(55.75, 37.61), "", "55.75, 37.61", null),
                row(Contents.venue("Museum", "Street 1", 55.75, 37.61), "", "Museum\nStreet 1", null),
                row(Contents.contact("Anna", "Orlova", "+70000000000"), "", "Anna Orlova\n+70000000000", null),
                row(Contents.invoice("Book", "On paper"), "", "Book\nOn paper\n199.00 RUB", null),
                row(Contents.story(CHANNEL, 5), "", null, "story"),
                row(Contents.giveaway("A bicycle", 3), "", "A bicycle\n3 × Telegram Premium", null),
                row(Contents.dice("🎲", 4), "", "🎲", null),
                row(object("messageAnimatedEmoji").put("emoji", "🎉"), "🎉", null, null),
                row(object("messageExpiredPhoto"), "", null, "expired"),
                row(Contents.unsupported(), "", null, "unsupported"),
                row(Contents.ofTheFuture(), "Hologram", null, "hologram"),
                row(object(""), "", null, "unknown"));
    }

    private static Arguments row(JsonNode content, String text, String attachmentText, String attachment) {
        return Arguments.of(content.path("@type").asText(), content, text, attachmentText, attachment);
    }

    @ParameterizedTest(name = "{0}: {2}, {3}")
    @MethodSource("contents")
    void every_type_of_content_becomes_a_post_with_its_words(
            String type, JsonNode content, String text, String attachmentText, String attachment) {
        SourceMessage post = read(message(content));
        assertThat(post.id()).isEqualTo(7);
        assertThat(post.postedAt()).isEqualTo(Instant.ofEpochSecond(1_796_000_000));
        assertThat(post.text()).isEqualTo(text);
        assertThat(post.attachmentText()).isEqualTo(attachmentText);
        assertThat(post.file() == null ? null : post.file().type()).isEqualTo(attachment);
    }

    /** Of whatever a content consists: no text of it is missing in the post. */
    @Test
    void no_words_of_any_content_are_lost() {
        for (ObjectNode content : Contents.ofEveryType(TELEGRAM)) {
            SourceMessage post = read(message(content));
            String words = post.text() + "\n" + post.attachmentText();
            texts(content).forEach(text -> assertThat(words).as("%s", content).contains(text));
        }
    }

    private static Stream<String> texts(JsonNode node) {
        if (node.path("@type").asText().matches("formattedText|richTextPlain")) {
            return Stream.of(node.path("text").asText());
        }
        return node.path("@type").asText().equals("linkPreview")
                ? Stream.empty()
                : StreamSupport.stream(node.spliterator(), false).flatMap(TdMessageTest::texts);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "messageChatChangeTitle",
                "messageChatAddMembers",
                "messagePinMessage",
                "messageSupergroupChatCreate",
                "messageBasicGroupChatCreate",
                "messageVideoChatStarted",
                "messageForumTopicCreated",
                "messageGiveawayCompleted",
                "messageChecklistTasksDone",
                "messageChatBoost",
                "messagePaidMessagePriceChanged",
                "messageGiftedPremium"
            })
    void service_messages_are_no_posts(String type) {
        assertThat(TdMessage.read(message(object(type)), NAMES)).isEmpty();
    }

    @Test
    void direct_messages_to_the_channel_and_messages_on_their_way_are_no_posts() {
        ObjectNode direct = message(Contents.text("to you alone"));
        direct.set("topic_id", object("messageTopicDirectMessages").put("direct_messages_chat_topic_id", 5));
        ObjectNode unsent = message(Contents.text("unsent")).put("id", (7L << 20) + 1);
        assertThat(TdMessage.read(direct, NAMES)).isEmpty();
        assertThat(TdMessage.read(unsent, NAMES)).isEmpty();
    }

    @Test
    void the_explanation_of_a_quiz_is_text_of_the_post() {
        ObjectNode quiz = Contents.poll("2 + 2?", "4", "5");
        ((ObjectNode) quiz.path("poll"))
                .set(
                        "type",
                        object("pollTypeQuiz")
                                .set("explanation", object("formattedText").put("text", "Count them")));
        assertThat(read(message(quiz)).attachmentText()).isEqualTo("2 + 2?\n4\n5\nCount them");
    }

    static Stream<Arguments> entities() {
        return Stream.of(
                Arguments.of(object("textEntityTypeMention"), "mention"),
                Arguments.of(object("textEntityTypeHashtag"), "hashtag"),
                Arguments.of(object("textEntityTypeCashtag"), "cashtag"),
                Arguments.of(object("textEntityTypeBotCommand"), "bot_command"),
                Arguments.of(object("textEntityTypeUrl"), "url"),
                Arguments.of(object("textEntityTypeEmailAddress"), "email"),
                Arguments.of(object("textEntityTypePhoneNumber"), "phone_number"),
                Arguments.of(object("textEntityTypeBankCardNumber"), "bank_card"),
                Arguments.of(object("textEntityTypeBold"), "bold"),
                Arguments.of(object("textEntityTypeItalic"), "italic"),
                Arguments.of(object("textEntityTypeUnderline"), "underline"),
                Arguments.of(object("textEntityTypeStrikethrough"), "strikethrough"),
                Arguments.of(object("textEntityTypeSpoiler"), "spoiler"),
                Arguments.of(object("textEntityTypeCode"), "code"),
                Arguments.of(object("textEntityTypePre"), "pre"),
                Arguments.of(object("textEntityTypePreCode").put("language", "java"), "pre"),
                Arguments.of(object("textEntityTypeBlockQuote"), "blockquote"),
                Arguments.of(object("textEntityTypeExpandableBlockQuote"), "blockquote"),
                Arguments.of(object("textEntityTypeTextUrl").put("url", "https://example.org/"), "text_link"),
                Arguments.of(object("textEntityTypeMentionName").put("user_id", 42), "text_mention"),
                Arguments.of(object("textEntityTypeCustomEmoji").put("custom_emoji_id", "99"), "custom_emoji"),
                Arguments.of(object("textEntityTypeMediaTimestamp").put("media_timestamp", 5), null),
                Arguments.of(object("textEntityTypeOfTheFuture"), null));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("entities")
    void entities_have_the_names_of_the_bot_api(ObjectNode type, String name) {
        List<TextEntity> entities =
                read(message(Contents.text("👍 marked", entity(3, 6, type)))).entities();
        if (name == null) {
            assertThat(entities).isEmpty();
            return;
        }
        assertThat(entities).singleElement().satisfies(one -> {
            assertThat(one.type()).isEqualTo(name);
            assertThat(one.offset()).isEqualTo(3);
            assertThat(one.length()).isEqualTo(6);
            assertThat(one.url()).isEqualTo(type.path("url").textValue());
            assertThat(one.language()).isEqualTo(type.path("language").textValue());
            assertThat(one.customEmojiId())
                    .isEqualTo(type.path("custom_emoji_id").textValue());
            assertThat(one.userId()).isEqualTo(type.has("user_id") ? 42L : null);
            assertThat(one.collapsed()).isEqualTo(type.toString().contains("Expandable") ? true : null);
        });
    }

    @Test
    void nested_formatting_is_kept_and_its_links_are_found_once_and_in_order() {
        SourceMessage post = read(message(Contents.text(
                "see the page and code a.com or b.com",
                entity(0, 36, "textEntityTypeBold"),
                entity(4, 8, object("textEntityTypeTextUrl").put("url", "https://first.org/")),
                entity(8, 4, "textEntityTypeItalic"),
                entity(17, 10, "textEntityTypeCode"),
                entity(31, 5, "textEntityTypeUrl"))));
        assertThat(post.text()).isEqualTo("see the page and code a.com or b.com");
        assertThat(post.entities())
                .extracting(TextEntity::type)
                .containsExactly("bold", "text_link", "italic", "code", "url");
        assertThat(TextPart.urls(post.parts(), List.of())).containsExactly("https://first.org/", "https://b.com/");
    }

    @Test
    void entities_beyond_the_text_are_cut_and_impossible_ones_left_out() {
        SourceMessage post = read(message(Contents.text(
                "short",
                entity(2, 100, "textEntityTypeBold"),
                entity(-1, 3, "textEntityTypeItalic"),
                entity(9, 3, "textEntityTypeCode"))));
        assertThat(post.entities()).containsExactly(TextEntity.of("bold", 2, 3));
    }

    @Test
    void what_stands_beside_the_text_is_read() {
        ObjectNode message = message(Contents.text("text"))
                .put("edit_date", 1_796_000_100)
                .put("author_signature", "Anna")
                .put("media_album_id", "13804000000000000")
                .put("via_bot_user_id", 9);
        ObjectNode forward = object("messageForwardInfo").put("date", 1_795_000_000);
        forward.set(
                "origin",
                object("messageOriginChannel")
                        .put("chat_id", -1_000_000_000_009L)
                        .put("message_id", 3L << 20));
        message.set("forward_info", forward);
        ObjectNode info =
                object("messageInteractionInfo").put("view_count", 443).put("forward_count", 9);
        info.set("reply_info", object("messageReplyInfo").put("reply_count", 3));
        ObjectNode reactions = object("messageReactions");
        reactions
                .putArray("reactions")
                .add(reaction(object("reactionTypeEmoji").put("emoji", "👍"), 7))
                .add(reaction(object("reactionTypeCustomEmoji").put("custom_emoji_id", "55"), 2))
                .add(reaction(object("reactionTypePaid"), 1))
                .add(reaction(object("reactionTypeOfTheFuture"), 1));
        info.set("reactions", reactions);
        message.set("interaction_info", info);
        ObjectNode reply =
                object("messageReplyToMessage").put("chat_id", CHANNEL).put("message_id", 2L << 20);
        reply.set("quote", object("textQuote").set("text", formatted("quoted words")));
        message.set("reply_to", reply);
        message.set("topic_id", object("messageTopicForum").put("forum_topic_id", 11));
        ObjectNode button = object("inlineKeyboardButton").put("text", "Open");
        button.set("type", object("inlineKeyboardButtonTypeUrl").put("url", "https://button.org/"));
        ObjectNode markup = object("replyMarkupInlineKeyboard");
        markup.putArray("rows").addArray().add(button);
        message.set("reply_markup", markup);

        SourceMessage post = read(message);

        assertThat(post.editedAt()).isEqualTo(Instant.ofEpochSecond(1_796_000_100));
        assertThat(post.authorName()).isEqualTo("Anna");
        assertThat(post.groupedId()).isEqualTo(13804000000000000L);
        assertThat(post.viaBot()).isEqualTo("@bot9");
        assertThat(post.forward())
                .isEqualTo(new Forward(9L, 3L, Instant.ofEpochSecond(1_795_000_000), "Chat -1000000000009"));
        assertThat(post.counters()).isEqualTo(new Counters(443, 9, 10, 3));
        assertThat(post.reactions())
                .containsExactly(
                        new Details.Reaction("emoji", "👍", null, 7),
                        new Details.Reaction("custom_emoji", null, "55", 2),
                        new Details.Reaction("paid", null, null, 1));
        assertThat(post.replyToMessageId()).isEqualTo(2);
        assertThat(post.quote()).isEqualTo("quoted words");
        assertThat(post.topic()).isEqualTo("Topic 11");
        assertThat(post.furtherLinks()).containsExactly("https://button.org/");
    }

    private static ObjectNode reaction(ObjectNode type, int count) {
        ObjectNode reaction = object("messageReaction").put("total_count", count);
        return reaction.set("type", type);
    }

    @Test
    void a_reply_to_another_chat_refers_to_no_message_of_this_one() {
        ObjectNode message = message(Contents.text("text"));
        message.set(
                "reply_to",
                object("messageReplyToMessage")
                        .put("chat_id", -1_000_000_000_009L)
                        .put("message_id", 2L << 20));
        SourceMessage post = read(message);
        assertThat(post.replyToMessageId()).isNull();
        assertThat(post.replyElsewhere()).isEqualTo(new Details.Reply(2, "https://t.me/c/9/2"));
    }

    @Test
    void a_poll_has_its_votes_and_the_largest_size_of_a_photo_is_downloaded() {
        assertThat(read(message(Contents.poll("Who?", "Me", "You"))).poll())
                .isEqualTo(new Details.Poll(
                        "Who?",
                        false,
                        12,
                        List.of(new Details.Poll.Option("Me", 4, false), new Details.Poll.Option("You", 4, false))));
        StandInFile small = TELEGRAM.file(new byte[1]);
        StandInFile large = TELEGRAM.file(new byte[10]);
        TdMessage photo =
                TdMessage.read(message(Contents.photo("", small, large)), NAMES).orElseThrow();
        assertThat(photo.file()).isEqualTo(new TdMessage.RemoteFile(large.id(), "unique-" + large.id(), 10));
    }

    @Test
    void the_words_of_rich_blocks_of_any_kind_are_read_with_their_links() {
        ObjectNode rich = object("richMessage").put("is_full", true);
        ObjectNode link = object("richTextUrl").put("url", "https://rich.org/");
        link.set("text", object("richTextBold").set("text", plain("linked")));
        ObjectNode texts = object("richTexts");
        texts.putArray("texts").add(plain("before ")).add(link);
        ObjectNode item = object("pageBlockListItem").put("label", "1.");
        item.putArray("blocks").add(object("pageBlockParagraph").set("text", plain("item")));
        ObjectNode list = object("pageBlockList");
        list.putArray("items").add(item);
        ObjectNode code = object("pageBlockPreformatted").put("language", "java");
        code.set("text", plain("int i;"));
        rich.putArray("blocks")
                .add(object("pageBlockHeader").set("header", plain("Header")))
                .add(object("pageBlockParagraph").set("text", texts))
                .add(list)
                .add(code)
                .add(object("pageBlockOfTheFuture").set("words", plain("later")));

        SourceMessage post = read(message(object("messageRichMessage").set("message", rich)));

        assertThat(post.text()).isEqualTo("Header\nbefore linked\n1. item\nint i;\nlater");
        assertThat(TextPart.urls(post.parts(), List.of())).containsExactly("https://rich.org/");
        assertThat(post.entities()).extracting(TextEntity::type).containsExactly("text_link", "pre");
    }

    private static ObjectNode plain(String text) {
        return object("richTextPlain").put("text", text);
    }
}
