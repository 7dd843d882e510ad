package routes.api.access;

import jakarta.validation.Constraint;
import jakarta.validation.ConstraintValidator;
import jakarta.validation.ConstraintValidatorContext;
import jakarta.validation.Payload;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import java.util.List;

/** Keys in the form of {@link ApiKey#parse}, with unique names and keys. */
@Target({ElementType.FIELD, ElementType.PARAMETER})
@Retention(RetentionPolicy.RUNTIME)
@Constraint(validatedBy = KeyEntries.Validator.class)
@interface KeyEntries {
    String message() default "must be name:sha256:tenant:role, separated by commas; --make-key makes one";

    Class<?>[] groups() default {};

    Class<? extends Payload>[] payload() default {};

    /** Reports the invalid entry. */
    class Validator implements ConstraintValidator<KeyEntries, List<String>> {
        @Override
        public boolean isValid(List<String> entries, ConstraintValidatorContext context) {
            try {
                new ApiKeys(entries);
                return true;
            } catch (IllegalArgumentException e) {
                context.disableDefaultConstraintViolation();
                context.buildConstraintViolationWithTemplate(e.getMessage()).addConstraintViolation();
                return false;
            }
        }
    }
}
