package routes.api;

import jakarta.validation.Constraint;
import jakarta.validation.Payload;
import jakarta.validation.ReportAsSingleViolation;
import jakarta.validation.constraints.Pattern;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/** Search text: not blank, and without control characters; PostgreSQL rejects NUL. */
@Constraint(validatedBy = {})
@ReportAsSingleViolation
@Pattern(regexp = "(?U)[^\\p{Cntrl}]*[^\\p{Cntrl}\\p{IsWhite_Space}][^\\p{Cntrl}]*")
@Target({ElementType.PARAMETER, ElementType.FIELD, ElementType.TYPE_USE})
@Retention(RetentionPolicy.RUNTIME)
@interface PlainText {

    String message() default "must be text, neither blank nor with control characters";

    Class<?>[] groups() default {};

    Class<? extends Payload>[] payload() default {};
}
