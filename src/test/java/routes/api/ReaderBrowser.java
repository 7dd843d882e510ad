package routes.api;

import com.deque.html.axecore.results.Rule;
import com.deque.html.axecore.selenium.AxeBuilder;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.logging.Level;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.openqa.selenium.By;
import org.openqa.selenium.Dimension;
import org.openqa.selenium.ElementNotInteractableException;
import org.openqa.selenium.NoSuchElementException;
import org.openqa.selenium.StaleElementReferenceException;
import org.openqa.selenium.WebElement;
import org.openqa.selenium.chrome.ChromeDriver;
import org.openqa.selenium.chrome.ChromeDriverService;
import org.openqa.selenium.chrome.ChromeOptions;
import org.openqa.selenium.interactions.Actions;
import org.openqa.selenium.logging.LogEntry;
import org.openqa.selenium.logging.LogType;
import org.openqa.selenium.logging.LoggingPreferences;
import org.openqa.selenium.support.ui.WebDriverWait;
import org.springframework.util.FileSystemUtils;

/** A Chromium of this machine without a window; tests that need it are skipped where there is none. Nothing is downloaded. */
public final class ReaderBrowser implements ExecutionCondition, BeforeAllCallback, AfterAllCallback {

    /** Ends early on an idle machine; the rest is for one that does other work as well. */
    private static final Duration TIMEOUT = Duration.ofSeconds(60);

    /** The default of half a second would be most of the time of these tests. */
    private static final Duration POLL = Duration.ofMillis(50);

    private Path profile;
    private ChromeDriver driver;
    private String base;

    /** A condition and no assumption, since nothing else of the class may start either. */
    @Override
    public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext test) {
        return browser().isPresent() && chromeDriver().isPresent()
                ? ConditionEvaluationResult.enabled("there is a browser")
                : ConditionEvaluationResult.disabled(
                        "Chromium and its driver are not on the PATH; Debian has them as packages chromium and"
                                + " chromium-driver");
    }

    @Override
    public void beforeAll(ExtensionContext test) throws IOException {
        var logs = new LoggingPreferences();
        logs.enable(LogType.BROWSER, Level.ALL);
        profile = Files.createTempDirectory("browser");
        var options = new ChromeOptions();
        options.setBinary(browser().orElseThrow().toFile());
        options.setCapability("goog:loggingPrefs", logs);
        options.addArguments(
                "--headless=new",
                "--no-sandbox",
                "--disable-gpu",
                "--disable-quic",
                "--disable-dev-shm-usage",
                "--no-first-run",
                "--disable-background-networking",
                "--disable-component-update",
                "--disable-sync",
                "--user-data-dir=" + profile);
        // with its path given, nothing looks for a driver elsewhere
        var service = new ChromeDriverService.Builder()
                .usingDriverExecutable(chromeDriver().orElseThrow().toFile())
                .build();
        driver = new ChromeDriver(service, options);
    }

    @Override
    public void afterAll(ExtensionContext test) {
        if (driver != null) {
            driver.quit();
            FileSystemUtils.deleteRecursively(profile.toFile());
        }
    }

    private static Optional<Path> browser() {
        return program("chromium", "chromium-browser", "google-chrome");
    }

    private static Optional<Path> chromeDriver() {
        return program("chromedriver");
    }

    private static Optional<Path> program(String... names) {
        String[] folders = Optional.ofNullable(System.getenv("PATH")).orElse("").split(File.pathSeparator);
        return Stream.of(names)
                .flatMap(name -> Arrays.stream(folders).map(folder -> Path.of(folder, name)))
                .filter(Files::isExecutable)
                .findFirst();
    }

    /** A reader who was never there before, and speaks this language. */
    void newReader(int port, String language) {
        base = "http://127.0.0.1:" + port;
        size(1280, 900);
        driver.get(base + "/reader/icon.svg");
        run(
                "localStorage.clear(); sessionStorage.clear(); localStorage.setItem('reader.language', arguments[0])",
                language);
        complaints();
    }

    void size(int width, int height) {
        driver.manage().window().setSize(new Dimension(width, height));
    }

    /** Without waiting for what the page shows. */
    void visit(String address) {
        driver.get(base + address);
    }

    /** A page of another port. */
    public void go(String url) {
        driver.get(url);
    }

    void open(String address) {
        visit(address);
        awaitTrue(
                "the page is there",
                "return !!document.querySelector('main h1') && !document.querySelector('.loading')");
    }

    public Object run(String script, Object... arguments) {
        return driver.executeScript(script, arguments);
    }

    /** Emulates what a window cannot be: as narrow as a phone. */
    void phone(int width) {
        driver.executeCdpCommand(
                "Emulation.setDeviceMetricsOverride",
                Map.of("width", width, "height", 800, "deviceScaleFactor", 1, "mobile", true));
    }

    /** Shows the page as it prints, or as on a screen again. */
    void print(boolean isPrinted) {
        driver.executeCdpCommand("Emulation.setEmulatedMedia", Map.of("media", isPrinted ? "print" : ""));
    }

    void noPhone() {
        driver.executeCdpCommand("Emulation.clearDeviceMetricsOverride", Map.of());
    }

    public void awaitTrue(String what, String script, Object... arguments) {
        new WebDriverWait(driver, TIMEOUT, POLL)
                .withMessage(() -> what + "; the page shows: " + run("return document.body?.innerText.slice(-3000)"))
                .until(any -> Boolean.TRUE.equals(driver.executeScript(script, arguments)));
    }

    public void awaitText(String css, String part) {
        awaitTrue(
                css + " says " + part,
                "return [...document.querySelectorAll(arguments[0])].some(e => e.textContent.includes(arguments[1]))",
                css,
                part);
    }

    /** Those of {@link ReaderFixtures}, which are 320 pixels wide. */
    void awaitPictures(String css, int count) {
        awaitTrue(
                count + " pictures",
                "const all = [...document.querySelectorAll(arguments[0])];"
                        + "return all.length === arguments[1] && all.every(i => i.naturalWidth === 320)",
                css,
                count);
    }

    WebElement one(String css) {
        awaitTrue("there is " + css, "return !!document.querySelector(arguments[0])", css);
        return driver.findElement(By.cssSelector(css));
    }

    /** Waits until the element can be clicked: a page may hide it until its data is there, or replace it when it refreshes. */
    void click(String css) {
        new WebDriverWait(driver, TIMEOUT, POLL)
                .ignoreAll(List.of(
                        NoSuchElementException.class,
                        StaleElementReferenceException.class,
                        ElementNotInteractableException.class))
                .withMessage(
                        () -> css + " cannot be clicked; the page shows: " + run("return document.body?.innerText"))
                .until(any -> {
                    driver.findElement(By.cssSelector(css)).click();
                    return true;
                });
    }

    List<WebElement> all(String css) {
        return driver.findElements(By.cssSelector(css));
    }

    List<String> texts(String css) {
        return all(css).stream().map(element -> element.getText().strip()).toList();
    }

    String title() {
        return driver.getTitle();
    }

    String address() {
        return driver.getCurrentUrl().substring(base.length());
    }

    void back() {
        driver.navigate().back();
    }

    void reload() {
        driver.navigate().refresh();
        awaitTrue(
                "the page is there",
                "return !!document.querySelector('main h1') && !document.querySelector('.loading')");
    }

    /** Types whatever has the focus. */
    void type(CharSequence... keys) {
        new Actions(driver).sendKeys(keys).perform();
    }

    WebElement focused() {
        return driver.switchTo().activeElement();
    }

    /** Errors of scripts, refusals of the policy, answers with an error; each is told once. */
    public List<String> complaints() {
        return driver.manage().logs().get(LogType.BROWSER).getAll().stream()
                .filter(entry -> entry.getLevel().intValue() >= Level.WARNING.intValue())
                .map(LogEntry::getMessage)
                .toList();
    }

    /** The same, without answers that have one of these statuses. A number alone could be a port. */
    List<String> complaintsBesides(int... statuses) {
        return complaints().stream()
                .filter(complaint -> Arrays.stream(statuses)
                        .noneMatch(status -> complaint.contains("responded with a status of " + status + " ")))
                .toList();
    }

    /** What breaks a rule of accessibility in what is shown now. */
    List<String> barriers() {
        return new AxeBuilder()
                        .withTags(List.of("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "best-practice"))
                        .analyze(driver)
                        .getViolations()
                        .stream()
                        .map(ReaderBrowser::describe)
                        .toList();
    }

    private static String describe(Rule rule) {
        return rule.getId() + ": "
                + rule.getNodes().stream().map(node -> node.getHtml()).limit(3).toList();
    }
}
