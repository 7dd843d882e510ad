package routes.configuration;

import jakarta.validation.Constraint;
import jakarta.validation.ConstraintValidator;
import jakarta.validation.ConstraintValidatorContext;
import jakarta.validation.Payload;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import org.springframework.scheduling.support.CronExpression;

/** A cron expression of minute, hour, day of the month, month and day of the week; or - for never. */
@Target({ElementType.FIELD, ElementType.PARAMETER})
@Retention(RetentionPolicy.RUNTIME)
@Constraint(validatedBy = Cron.Validator.class)
public @interface Cron {
    String message() default
            "must be a cron expression with minute, hour, day of month, month and day of week, such as 0 4 * * *, for"
                    + " a date that exists; or -";

    Class<?>[] groups() default {};

    Class<? extends Payload>[] payload() default {};

    /** Validates with the class that computes the times at run time. */
    class Validator implements ConstraintValidator<Cron, String> {
        @Override
        public boolean isValid(String value, ConstraintValidatorContext context) {
            if (value == null || value.isBlank() || value.strip().equals("-")) {
                return true;
            }
            try {
                return CronExpression.parse("0 " + value.strip()).next(LocalDateTime.now(ZoneOffset.UTC)) != null;
            } catch (IllegalArgumentException e) {
                return false;
            }
        }
    }
}
