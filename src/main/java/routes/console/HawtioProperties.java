package routes.console;

import jakarta.validation.constraints.Pattern;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * @param user     user name for Hawtio and Jolokia
 * @param password password for Hawtio and Jolokia; if empty, a random password is generated and printed at each start
 */
@ConfigurationProperties("hawtio")
public record HawtioProperties(
        @DefaultValue("admin")
                @Pattern(regexp = "[^:\\p{Cntrl}]{1,100}", message = "must have 1 to 100 characters and no colon")
                String user,
        @DefaultValue("") @Pattern(regexp = "|.{8,200}", message = "must have 8 to 200 characters") String password) {

    /** Without the password. */
    @Override
    public String toString() {
        return "HawtioProperties[user=" + user + "]";
    }
}
