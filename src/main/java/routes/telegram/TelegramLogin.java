package routes.telegram;

import java.io.BufferedReader;
import java.io.Console;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import routes.telegram.TelegramAccount.State;
import routes.telegram.TelegramAccount.Status;

/** Signs an account in or out in a terminal dialogue. */
public final class TelegramLogin {
    private static final Duration ANSWER = Duration.ofSeconds(90);

    /** Maximum time to wait for a change of the status: sending a code again may not change it. */
    private static final Duration SENT_AGAIN = Duration.ofSeconds(3);

    /** Time for a person to find the phone and the menu. Telegram renews the link during this time. */
    private static final Duration SCAN = Duration.ofMinutes(10);

    /** Prompts the person; returns empty at the end of the input. */
    public interface Terminal {
        /** @param secret whether the input must not be displayed */
        Optional<String> ask(String question, boolean secret);
    }

    private final TelegramAccount account;
    private final Terminal terminal;
    private final PrintStream out;

    public TelegramLogin(TelegramAccount account, Terminal terminal, PrintStream out) {
        this.account = account;
        this.terminal = terminal;
        this.out = out;
    }

    /** Returns the console of the process, or its standard input if there is no console. */
    public static Terminal terminal(PrintStream out) {
        Console console = System.console();
        if (console != null) {
            return (question, secret) -> Optional.ofNullable(
                    secret ? text(console.readPassword("%s", question)) : console.readLine("%s", question));
        }
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        return (question, secret) -> {
            out.print(question);
            out.flush();
            try {
                return Optional.ofNullable(in.readLine());
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        };
    }

    private static String text(char[] password) {
        return password == null ? null : new String(password);
    }

    /**
     * Prompts for the input that the account needs until it is signed in.
     *
     * @return whether it is signed in
     */
    public boolean signIn() throws InterruptedException {
        Status status = account.await(next -> next.state() != State.OPENING, ANSWER);
        while (true) {
            switch (status.state()) {
                case READY -> {
                    Status ready = account.await(next -> !next.user().isEmpty(), ANSWER);
                    out.println("Signed in" + (ready.user().isEmpty() ? "" : " as " + ready.user()));
                    return true;
                }
                case OPENING -> {
                    out.println("TDLib does not respond; try again");
                    return false;
                }
                case CLOSED, SIGNING_OUT, SIGNED_OUT, CLOSING, FAILED -> {
                    out.println("Not signed in: " + status.problem());
                    return false;
                }
                case NEEDS_SCAN -> status = scan(status);
                default -> {
                    Status before = status;
                    Optional<Status> next = step(before);
                    if (next.isEmpty()) {
                        out.println("Not signed in: end of input");
                        return false;
                    }
                    status = next.get();
                }
            }
        }
    }

    /** Ends the session at Telegram. */
    public boolean signOut() throws InterruptedException {
        Status status = account.await(next -> next.state() != State.OPENING, ANSWER);
        if (status.state() != State.READY) {
            out.println("The account is not signed in: " + status);
            return false;
        }
        try {
            account.signOut();
        } catch (TelegramLoginException e) {
            out.println("Not signed out: " + e.getMessage());
            return false;
        }
        boolean done =
                account.await(next -> next.state() == State.SIGNED_OUT, ANSWER).state() == State.SIGNED_OUT;
        out.println(done ? "Signed out" : "Telegram did not confirm the sign-out; check the network and try again");
        return done;
    }

    private Status scan(Status status) throws InterruptedException {
        out.println(new QrCode(status.link()).lines());
        out.println("Scan this code with Telegram on your phone: Settings, Devices, Link Desktop Device");
        Status next = account.await(
                changed ->
                        changed.state() != State.NEEDS_SCAN || !changed.link().equals(status.link()),
                SCAN);
        return next.equals(status)
                ? next.withProblem(State.FAILED, "the code was not scanned within " + SCAN.toMinutes() + " minutes")
                : next;
    }

    /** @return the status after the step; empty at the end of the input */
    private Optional<Status> step(Status status) throws InterruptedException {
        if (status.state() == State.NEEDS_APP) {
            out.println(status.problem());
        }
        String question = question(status);
        boolean secret = status.state() != State.NEEDS_PHONE_NUMBER && status.state() != State.NEEDS_APP;
        // a password may begin or end with a space
        Optional<String> given = terminal.ask(question, secret)
                .map(answer -> status.state() == State.NEEDS_PASSWORD ? answer : answer.strip());
        if (given.isEmpty()) {
            return Optional.empty();
        }
        try {
            account.answer(status.state(), given.get());
        } catch (TelegramLoginException e) {
            out.println(e.getMessage());
            return Optional.of(account.status());
        }
        boolean sentAgain = status.state() == State.NEEDS_CODE && given.get().isEmpty();
        return Optional.of(account.await(next -> !next.equals(status), sentAgain ? SENT_AGAIN : ANSWER));
    }

    private static String question(Status status) {
        return switch (status.state()) {
            case NEEDS_CODE -> "Code, sent " + status.detail() + " (Enter: send again): ";
            case NEEDS_PASSWORD ->
                "Password" + (status.detail().isEmpty() ? "" : " (hint: " + status.detail() + ")") + ": ";
            case NEEDS_EMAIL_ADDRESS -> "E-mail address for sign-in codes: ";
            case NEEDS_EMAIL_CODE -> "Code, sent to " + status.detail() + ": ";
            default -> "Phone number with + and country code, or Enter for a QR code: ";
        };
    }
}
