package routes.routefiles;

import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.springframework.core.io.support.ResourcePatternResolver;

/** The command line option {@code --validate=<folder>}: validates a folder of route files together with the built-in files. */
public final class ValidateCommand {

    private ValidateCommand() {}

    /**
     * Prints one line for each warning and each problem, and a count.
     *
     * @param folder used as the override folder instead of {@code config/routes}
     * @return 0 if there are no problems, otherwise 1
     */
    public static int run(
            RouteFileValidator validator, ResourcePatternResolver classPath, Path folder, PrintStream out) {
        RouteFiles files = new RouteFiles(classPath, folder);
        RouteFiles.RouteSet set = files.resolve(PipelineStages.all());
        List<RouteProblem> problems = validator.validate(set);
        files.outdated(true).forEach(warning -> out.println("warning: " + warning));
        problems.forEach(out::println);
        long own = set.files().stream()
                .filter(file -> file.origin() != RouteFile.Origin.BUILT_IN)
                .count();
        out.println(set.files().size() + " route files checked, " + own + " of them from " + folder + ": "
                + (problems.isEmpty() ? "no problems" : problems.size() + " problems"));
        return problems.isEmpty() ? 0 : 1;
    }

    /** Returns whether the folder exists. This check is cheap, unlike the creation of a validator. */
    public static boolean isFolder(Path folder, PrintStream out) {
        boolean folderExists = Files.isDirectory(folder);
        if (!folderExists) {
            out.println(
                    folder + " is not a folder: --validate requires a folder with route files, such as config/routes");
        }
        return folderExists;
    }
}
