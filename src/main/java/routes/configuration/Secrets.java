package routes.configuration;

import java.util.regex.Pattern;

/** Masks secrets in values for logs and messages. */
public final class Secrets {
    private static final Pattern SECRET_NAME = Pattern.compile("KEY|PASSWORD|SECRET|TOKEN|HASH");
    private static final Pattern USER_INFO = Pattern.compile("(//[^:/@]*):[^@/]*@");
    private static final Pattern PASSWORD_PARAMETER = Pattern.compile("(?i)(password=)[^&\\s]*");

    private Secrets() {}

    /** Returns the value of a variable, or *** if its name identifies it as a secret. Passwords in URLs are masked. */
    public static String mask(String variable, Object value) {
        return SECRET_NAME.matcher(variable).find() ? "***" : maskUrl(String.valueOf(value));
    }

    /** Returns a URL without its password. */
    public static String maskUrl(String url) {
        String withoutUserInfo = USER_INFO.matcher(url).replaceAll("$1:***@");
        return PASSWORD_PARAMETER.matcher(withoutUserInfo).replaceAll("$1***");
    }
}
