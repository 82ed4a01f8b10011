package org.steadygrad.engine.cuda.driver;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.steadygrad.engine.cuda.driver.LibraryPlaces.Family;

/** What of CUDA families of folders hold, for these bindings or for others. */
final class Installations {
    private Installations() {}

    /** Files of a group in the first of a family's folders that has all of them. */
    static Optional<List<Path>> files(Family family, LibraryGroup group, Bindings bindings) {
        return family.folders().stream()
                .map(folder -> group.in(folder, bindings))
                .flatMap(Optional::stream)
                .findFirst();
    }

    /** The first of the families that alone has all that is needed, cuDNN not counted. */
    static Optional<Family> whole(Bindings bindings, List<Family> families) {
        return families.stream()
                .filter(family -> LibraryGroup.required().stream()
                        .allMatch(group -> files(family, group, bindings).isPresent()))
                .findFirst();
    }

    /** Whether one of the folders has a driver, or a group for the bindings: what a place is named for. */
    static boolean serves(Bindings bindings, List<Path> folders) {
        Family family = new Family("", folders, true);
        return folders.stream().anyMatch(folder -> Files.isRegularFile(folder.resolve(CudaLibraries.DRIVER)))
                || List.of(LibraryGroup.values()).stream()
                        .anyMatch(group -> files(family, group, bindings).isPresent());
    }

    /**
     * Where all that is needed is there for another CUDA than that of the bindings, and not for theirs.
     *
     * @return the bindings that fit, and the family; empty when the ones at hand do, or none would
     */
    static Optional<Map.Entry<Bindings, Family>> otherCuda(Bindings bindings, List<Family> families) {
        if (whole(bindings, families).isPresent()) {
            return Optional.empty();
        }
        return Bindings.MAJORS.stream()
                .filter(major -> major != bindings.cudaMajor())
                .map(bindings::ofCuda)
                .flatMap(other -> whole(other, families).map(family -> Map.entry(other, family)).stream())
                .findFirst();
    }

    /** Where a family has the runtime, beside which others lie. */
    static Path where(Bindings bindings, Family family) {
        return files(family, LibraryGroup.RUNTIME, bindings)
                .orElseThrow()
                .get(0)
                .getParent();
    }
}
