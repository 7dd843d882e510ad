package routes.vectorindex;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import routes.vectorindex.VectorIndex.WriteResult;

/** A vector index for trials: reads normally, and reports writes without performing them. */
public final class ReadOnlyIndex {
    private static final Set<String> READS = Set.of("find", "collection", "count", "read", "fetch");

    private ReadOnlyIndex() {}

    /** @param left receives a description of each write that was not performed */
    public static VectorIndex of(VectorIndex index, Consumer<String> left) {
        // a proxy, because the interface has many methods and the stage calls few of them
        return (VectorIndex) Proxy.newProxyInstance(
                VectorIndex.class.getClassLoader(),
                new Class<?>[] {VectorIndex.class},
                (proxy, method, arguments) -> switch (method.getName()) {
                    case "upsertAll", "updatePayloads" -> {
                        List<?> points = (List<?>) arguments[0];
                        points.forEach(point -> left.accept("not written to the vector index: " + point));
                        yield Collections.nCopies(points.size(), WriteResult.WRITTEN);
                    }
                    case "delete" -> {
                        left.accept("not removed from the vector index: " + (Collection<?>) arguments[1]);
                        yield null;
                    }
                    default -> {
                        if (!READS.contains(method.getName())) {
                            throw new UnsupportedOperationException("A trial does not call " + method.getName());
                        }
                        try {
                            yield method.invoke(index, arguments);
                        } catch (InvocationTargetException e) {
                            throw e.getCause();
                        }
                    }
                });
    }
}
