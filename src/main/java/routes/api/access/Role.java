package routes.api.access;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import java.util.Locale;
import java.util.Optional;
import org.springframework.core.annotation.AnnotatedElementUtils;
import org.springframework.web.method.HandlerMethod;

/** What a key may do; each role includes the roles before it. */
public enum Role {
    /** Reads. */
    READER,
    /** Imports, subscribes, signs Telegram accounts in, edits, deletes, requests tagging again. */
    OPERATOR,
    /** Creates users. With a key of the tenant {@code default}, operates the installation. */
    ADMIN;

    /**
     * The role that an operation needs, or every operation of a class; {@link #READER} without the annotation. The OpenAPI document names the
     * same role.
     */
    @Target({ElementType.METHOD, ElementType.TYPE})
    @Retention(RetentionPolicy.RUNTIME)
    public @interface Needed {
        Role value();

        /** Whether the operation is about all tenants, so that it needs a key of the tenant {@code default}, to whom the installation belongs. */
        boolean ofInstallation() default false;
    }

    /** What an operation needs: by its method, otherwise by its class. */
    public static Optional<Needed> needed(HandlerMethod operation) {
        return Optional.ofNullable(operation.getMethodAnnotation(Needed.class))
                .or(() -> Optional.ofNullable(
                        AnnotatedElementUtils.findMergedAnnotation(operation.getBeanType(), Needed.class)));
    }

    /** The name in keys and in the OpenAPI document. */
    public String text() {
        return name().toLowerCase(Locale.ROOT);
    }

    boolean includes(Role other) {
        return compareTo(other) >= 0;
    }
}
