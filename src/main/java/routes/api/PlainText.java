package routes.api;

import jakarta.validation.Constraint;
import jakarta.validation.OverridesAttribute;
import jakarta.validation.Payload;
import jakarta.validation.constraints.Pattern;
import jakarta.validation.constraints.Size;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Search text of 1 to {@link #max} characters: not blank and without control characters, because PostgreSQL rejects NUL. A parameter with
 * a separate length limit does not need to set {@link #max}.
 */
@Constraint(validatedBy = {})
@Pattern(
        regexp = "(?U)[^\\p{Cntrl}]*[^\\p{Cntrl}\\p{IsWhite_Space}][^\\p{Cntrl}]*",
        message = "must not be blank or contain control characters")
@Size(min = 1, message = "must have 1 to {max} characters")
@Target({ElementType.PARAMETER, ElementType.FIELD, ElementType.TYPE_USE})
@Retention(RetentionPolicy.RUNTIME)
@interface PlainText {

    @OverridesAttribute(constraint = Size.class, name = "max")
    int max() default Integer.MAX_VALUE;

    String message() default "";

    Class<?>[] groups() default {};

    Class<? extends Payload>[] payload() default {};
}
