package routes.routefiles;

import com.sun.security.auth.module.UnixSystem;
import java.io.IOException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.Optional;
import java.util.Set;

/**
 * Checks who can write a route file. A route can call any bean and any address, so a file that another user can write would give that user
 * the rights of the process. Owners and permissions are checked where the file system supports them.
 *
 * @param root the override folder; all files must be inside it
 * @param directory the folder of the files: the override folder or one of its subfolders
 */
record FileAccess(Path root, Path directory) {

    private static final boolean UNIX =
            FileSystems.getDefault().supportedFileAttributeViews().contains("unix");
    private static final int ROOT = 0;

    /**
     * Returns why the file must not be loaded, and the remedy; empty if it may be loaded.
     *
     * @throws java.nio.file.NoSuchFileException if it does not exist
     */
    Optional<String> refusal(Path file) throws IOException {
        Path real = file.toRealPath();
        if (!real.startsWith(root.toRealPath())) {
            return Optional.of(
                    "it is a symbolic link to a path outside " + root + "; place the file itself in the folder");
        }
        // a read-only mount cannot be written; Kubernetes mounts a ConfigMap read-only, with permissions for all
        if (!UNIX || Files.getFileStore(real).isReadOnly()) {
            return Optional.empty();
        }
        return problem(root, "the folder " + root)
                .or(() -> problem(directory, "the folder " + directory))
                .or(() -> problem(real.getParent(), "the folder " + real.getParent()))
                .or(() -> problem(real, "it"));
    }

    private static Optional<String> problem(Path path, String what) {
        try {
            int owner = (Integer) Files.getAttribute(path, "unix:uid");
            long process = new UnixSystem().getUid();
            if (owner != ROOT && owner != process) {
                return Optional.of(
                        what + " belongs to the user " + Files.getOwner(path).getName()
                                + ", who is neither the user of this process nor root: chown " + process + " " + path);
            }
            Set<PosixFilePermission> permissions = Files.getPosixFilePermissions(path);
            if (permissions.contains(PosixFilePermission.OTHERS_WRITE)
                    || permissions.contains(PosixFilePermission.GROUP_WRITE)) {
                return Optional.of(what + " can be written by "
                        + (permissions.contains(PosixFilePermission.OTHERS_WRITE) ? "all users" : "its group")
                        + ": chmod go-w " + path);
            }
            return Optional.empty();
        } catch (IOException e) {
            return Optional.of(what + " cannot be checked: " + e);
        }
    }
}
