package routes.api;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.github.bucket4j.Bucket;
import jakarta.validation.Valid;
import jakarta.validation.constraints.Pattern;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import org.springframework.core.io.ByteArrayResource;
import org.springframework.core.io.Resource;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.util.StringUtils;
import org.springframework.web.ErrorResponseException;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;
import routes.api.access.Caller;
import routes.api.access.Role;
import routes.api.access.TenantStore;
import routes.api.http.ProblemType;
import routes.configuration.InstanceProperties;
import routes.telegram.QrCode;
import routes.telegram.SignIns;
import routes.telegram.TelegramAccount;
import routes.telegram.TelegramAccount.State;
import routes.telegram.TelegramAccount.Status;
import routes.telegram.TelegramAccounts;
import routes.telegram.TelegramLoginException;

/** The Telegram accounts of a tenant, and sign-in to them. Sign-in steps are available only in the process that holds the sessions. */
@RestController
@Role.Needed(Role.OPERATOR)
final class TelegramController {
    /** Maximum number of sign-in steps per tenant and period: enough for several people who make mistakes, too few to guess a code. */
    private static final int STEPS = 30;

    private static final Duration STEPS_PERIOD = Duration.ofMinutes(10);

    /** Telegram does not return the duration of a limit; users report "some hours". */
    private static final Duration LIMITED_UNKNOWN = Duration.ofHours(1);

    private static final int MAX_SECRET = 256;
    private static final java.util.regex.Pattern NUMBER = java.util.regex.Pattern.compile("\\+?[0-9][0-9 ()-]{3,29}");

    private final SignIns signIns;
    private final TelegramAccounts accounts;
    private final TelegramAccountStore store;
    private final String process;
    private final Map<UUID, Bucket> buckets = new ConcurrentHashMap<>();

    TelegramController(
            SignIns signIns, TelegramAccounts accounts, TelegramAccountStore store, InstanceProperties instance) {
        this.signIns = signIns;
        this.accounts = accounts;
        this.store = store;
        this.process = instance.nameOrHost();
    }

    /**
     * @param state {@link State} in lower case; names the input that the account waits for
     * @param user name of the person; null unless signed in
     * @param codeWay how Telegram sends the code; null unless the account waits for one
     * @param detail description of where the code was sent, or the password hint
     * @param link link to display as a QR code; scanning it signs this session in, so it is a secret
     * @param limitedUntil end of a limit that Telegram has set on the account
     * @param process process that holds the session, or held it last
     */
    @JsonInclude
    record Account(
            String name,
            String state,
            String user,
            String codeWay,
            String detail,
            String link,
            String problem,
            Instant limitedUntil,
            String process) {

        private static Account closed(String name, String problem, String process) {
            return new Account(name, "closed", null, null, null, null, problem, null, process);
        }

        /** Omits the link: Spring logs response bodies. */
        @Override
        public String toString() {
            return name + ": " + state;
        }
    }

    /**
     * @param problem why no account can be signed in through this process; null if sign-in is possible
     * @param reason machine-readable form of {@code problem}
     */
    @JsonInclude
    record Accounts(List<Account> items, String problem, String reason, String remedy) {}

    /**
     * @param name default is main
     * @param phoneNumber null to sign in with a QR code
     */
    record NewSignIn(
            @Pattern(
                            regexp = TelegramAccounts.NAME_FORM,
                            message = "must have 1 to 32 characters: lower-case letters, digits, - and _")
                    String name,
            Secret phoneNumber) {}

    record SignInCode(Secret code) {}

    record SignInPassword(Secret password) {}

    record SignInEmail(Secret emailAddress) {}

    @GetMapping("/telegram/accounts")
    Accounts list() {
        List<Account> items = store.all().stream().map(this::account).toList();
        try {
            signIns.require();
            return new Accounts(items, null, null, null);
        } catch (TelegramLoginException e) {
            return new Accounts(items, sentence(e), reason(e), e.reason().remedy());
        }
    }

    @PostMapping(path = "/telegram/accounts", consumes = MediaType.APPLICATION_JSON_VALUE)
    ResponseEntity<Account> start(@Valid @RequestBody NewSignIn wanted) throws InterruptedException {
        String name = wanted.name() == null ? "main" : wanted.name();
        String number = wanted.phoneNumber() == null
                ? null
                : number(wanted.phoneNumber().text());
        Account account = step(() -> {
            signIns.require();
            store.claim(name, tenant(), process);
            return signIns.start(name, number);
        });
        return ResponseEntity.accepted()
                .location(URI.create("/telegram/accounts/" + name))
                .body(account);
    }

    @GetMapping("/telegram/accounts/{account}")
    Account read(@PathVariable("account") String name) {
        return account(store.require(name));
    }

    @PostMapping(path = "/telegram/accounts/{account}/code", consumes = MediaType.APPLICATION_JSON_VALUE)
    @ResponseStatus(HttpStatus.ACCEPTED)
    Account code(@PathVariable("account") String name, @Valid @RequestBody SignInCode given)
            throws InterruptedException {
        store.require(name);
        String code = text("code", given.code()).strip();
        return step(() -> signIns.code(name, code));
    }

    @PostMapping("/telegram/accounts/{account}/code/resend")
    @ResponseStatus(HttpStatus.ACCEPTED)
    Account resend(@PathVariable("account") String name) throws InterruptedException {
        store.require(name);
        return step(() -> signIns.resendCode(name));
    }

    @PostMapping(path = "/telegram/accounts/{account}/password", consumes = MediaType.APPLICATION_JSON_VALUE)
    @ResponseStatus(HttpStatus.ACCEPTED)
    Account password(@PathVariable("account") String name, @Valid @RequestBody SignInPassword given)
            throws InterruptedException {
        store.require(name);
        // a password may begin or end with a space
        String password = text("password", given.password());
        return step(() -> signIns.password(name, password));
    }

    @PostMapping(path = "/telegram/accounts/{account}/email_address", consumes = MediaType.APPLICATION_JSON_VALUE)
    @ResponseStatus(HttpStatus.ACCEPTED)
    Account email(@PathVariable("account") String name, @Valid @RequestBody SignInEmail given)
            throws InterruptedException {
        store.require(name);
        String address = text("email_address", given.emailAddress()).strip();
        return step(() -> signIns.emailAddress(name, address));
    }

    /** Returns the link as an image, wrapped in a Resource, because Spring logs other bodies. */
    @GetMapping("/telegram/accounts/{account}/qr_code")
    ResponseEntity<Resource> qrCode(@PathVariable("account") String name) {
        String link = account(store.require(name)).link();
        if (link == null) {
            throw ProblemType.CONFLICT.exception(
                    null,
                    "The account " + name + " is not waiting for a QR code scan",
                    "Sign in without phone_number, then check the state of the account.");
        }
        byte[] image = new QrCode(link).svg().getBytes(StandardCharsets.UTF_8);
        return ResponseEntity.ok()
                .contentType(MediaType.valueOf("image/svg+xml"))
                .body(new ByteArrayResource(image));
    }

    @DeleteMapping("/telegram/accounts/{account}")
    Account signOut(@PathVariable("account") String name) throws InterruptedException {
        store.require(name);
        Account account = step(() -> signIns.signOut(name));
        if (account.state().equals("signed_out")) {
            store.remove(name);
        }
        return account;
    }

    /** A step of signing in or out. */
    @FunctionalInterface
    private interface Step {
        Status run() throws TelegramLoginException, InterruptedException;
    }

    private Account step(Step step) throws InterruptedException {
        limitRate();
        try {
            return account(step.run());
        } catch (TelegramLoginException e) {
            throw problem(e);
        }
    }

    private void limitRate() {
        var probe = buckets.computeIfAbsent(tenant(), id -> Bucket.builder()
                        .addLimit(limit -> limit.capacity(STEPS).refillGreedy(STEPS, STEPS_PERIOD))
                        .build())
                .tryConsumeAndReturnRemaining(1);
        if (!probe.isConsumed()) {
            throw limited(
                    "There were " + STEPS + " sign-in steps within " + STEPS_PERIOD.toMinutes() + " minutes",
                    "Wait before the next attempt; otherwise Telegram limits the account.",
                    Duration.ofNanos(probe.getNanosToWaitForRefill()).plusSeconds(1));
        }
    }

    private static UUID tenant() {
        return Optional.ofNullable(Caller.current().tenant()).orElse(TenantStore.DEFAULT_TENANT);
    }

    private static ErrorResponseException limited(String detail, String remedy, Duration wait) {
        ErrorResponseException problem = ProblemType.TOO_MANY_REQUESTS.exception(null, detail, remedy);
        problem.getHeaders().set(HttpHeaders.RETRY_AFTER, Long.toString(Math.max(1, wait.toSeconds())));
        problem.getBody().setProperty("reason", "limited");
        return problem;
    }

    private static ErrorResponseException problem(TelegramLoginException e) {
        String remedy = e.reason().remedy();
        ErrorResponseException problem =
                switch (e.reason()) {
                    case PHONE_NUMBER_INVALID, PHONE_NUMBER_BANNED -> invalid("phone_number", e);
                    case CODE_INVALID, CODE_EXPIRED -> invalid("code", e);
                    case PASSWORD_INVALID -> invalid("password", e);
                    case EMAIL_ADDRESS_INVALID -> invalid("email_address", e);
                    case LIMITED -> limited(sentence(e), remedy, e.retryAfter().orElse(LIMITED_UNKNOWN));
                    case NO_ANSWER -> ProblemType.DEPENDENCY_DOWN.exception(null, sentence(e), remedy);
                    default -> ProblemType.CONFLICT.exception(null, sentence(e), remedy);
                };
        problem.getBody().setProperty("reason", reason(e));
        return problem;
    }

    private static ErrorResponseException invalid(String field, TelegramLoginException e) {
        return ProblemType.INVALID_VALUE.exception(
                field, sentence(e), e.reason().remedy());
    }

    private static String sentence(TelegramLoginException e) {
        return StringUtils.capitalize(e.getMessage());
    }

    private static String reason(TelegramLoginException e) {
        return e.reason().name().toLowerCase(Locale.ROOT);
    }

    /** Removes separators between the digits. */
    private static String number(String given) {
        if (!NUMBER.matcher(given).matches()) {
            throw ProblemType.INVALID_VALUE.exception(
                    "phone_number",
                    "phone_number must begin with + and contain only digits, spaces, brackets and dashes",
                    "Send the number with + and the country code.");
        }
        return given.replaceAll("[ ()-]", "");
    }

    private static String text(String field, Secret given) {
        if (given == null || given.text().isBlank() || given.text().length() > MAX_SECRET) {
            throw ProblemType.INVALID_VALUE.exception(
                    field, field + " must be a string of 1 to " + MAX_SECRET + " characters");
        }
        return given.text();
    }

    private Account account(TelegramAccountStore.Row row) {
        if (signIns.areHere()) {
            return signIns.status(row.name())
                    .map(this::account)
                    .orElseGet(() -> Account.closed(row.name(), row.problem(), process));
        }
        if (!row.isSeen()) {
            String problem = "the process " + row.process() + ", which has the session, does not run";
            return Account.closed(row.name(), problem, row.process());
        }
        return new Account(
                row.name(),
                row.state(),
                row.userName(),
                null,
                null,
                null,
                row.problem(),
                row.limitedUntil(),
                row.process());
    }

    private Account account(Status status) {
        TelegramAccount.CodeWay way = status.codeWay();
        return new Account(
                status.name(),
                status.state().name().toLowerCase(Locale.ROOT),
                nullIfEmpty(status.user()),
                way == null ? null : way.name().toLowerCase(Locale.ROOT),
                nullIfEmpty(status.detail()),
                nullIfEmpty(status.link()),
                nullIfEmpty(status.problem()),
                accounts.account(status.name()).limitedUntil().orElse(null),
                process);
    }

    private static String nullIfEmpty(String text) {
        return text.isEmpty() ? null : text;
    }
}
