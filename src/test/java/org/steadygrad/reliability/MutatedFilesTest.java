package org.steadygrad.reliability;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/** Files that somebody damaged are read, or refused in words, and nothing else. {@code -Dmutations=100000} for many. */
class MutatedFilesTest {
    private static final int FILES = Integer.getInteger("mutations", 150);

    @TempDir
    Path folder;

    @TestFactory
    Stream<DynamicTest> damagedFilesAreReadOrRefusedInWords() throws IOException {
        return Subjects.all(folder).stream()
                .map(subject -> DynamicTest.dynamicTest(subject.name(), () -> {
                    subject.reader().read(write(subject));
                    Mutations.Tally tally = Mutations.run(subject, folder, FILES, 20261130);
                    assertEquals(List.of(), tally.faults());
                    assertTrue(tally.refused() > FILES / 50, "hardly anything was refused: " + tally);
                }));
    }

    private static Path write(Subject subject) throws IOException {
        return Files.write(subject.file(), subject.originals().get(0));
    }
}
