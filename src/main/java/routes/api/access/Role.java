package routes.api.access;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import java.util.Locale;
import java.util.Optional;
import org.springframework.core.annotation.AnnotatedElementUtils;
import org.springframework.web.method.HandlerMethod;

/** What a key may do. Each role includes the preceding roles. */
public enum Role {
    /** Read access. */
    READER,
    /** Imports, subscribes, signs in Telegram accounts, edits, deletes, requests new tags. */
    OPERATOR,
    /** Creates users. With a key of the tenant {@code default}, operates the installation. */
    ADMIN;

    /**
     * The role that an operation, or every operation of a class, needs; {@link #READER} without the annotation. The OpenAPI document names
     * the same role.
     */
    @Target({ElementType.METHOD, ElementType.TYPE})
    @Retention(RetentionPolicy.RUNTIME)
    public @interface Needed {
        Role value();

        /** Whether the operation concerns all tenants. It then needs a key of the tenant {@code default}, which owns the installation. */
        boolean ofInstallation() default false;
    }

    /** Returns the requirement of an operation: the annotation of the method, otherwise of the class. */
    public static Optional<Needed> needed(HandlerMethod operation) {
        return Optional.ofNullable(operation.getMethodAnnotation(Needed.class))
                .or(() -> Optional.ofNullable(
                        AnnotatedElementUtils.findMergedAnnotation(operation.getBeanType(), Needed.class)));
    }

    /** Returns the name used in keys and in the OpenAPI document. */
    public String text() {
        return name().toLowerCase(Locale.ROOT);
    }

    boolean includes(Role other) {
        return compareTo(other) >= 0;
    }
}
