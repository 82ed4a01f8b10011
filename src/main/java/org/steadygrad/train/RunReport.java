package org.steadygrad.train;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.steadygrad.model.AtomicFile;
import org.steadygrad.report.ReportPage;
import org.steadygrad.report.RunReader;
import org.steadygrad.runlog.RunFolder;

/** Leaves a page in a run's folder that shows what happened, however the run ended. */
final class RunReport {
    private static final Logger LOG = LoggerFactory.getLogger(RunReport.class);

    private RunReport() {}

    /** That it can't be written is said, and changes nothing for the run; a page of an earlier part doesn't stay then. */
    static void write(RunFolder folder) {
        if (!Files.exists(folder.metrics())) {
            return;
        }
        try {
            byte[] page =
                    ReportPage.html(List.of(RunReader.read(folder.root()))).getBytes(StandardCharsets.UTF_8);
            AtomicFile.write(folder.report(), out -> out.write(page));
        } catch (IOException | RuntimeException e) {
            LOG.warn("The run's page {} could not be written: {}", folder.report(), e.toString());
            remove(folder.report());
        }
    }

    private static void remove(Path page) {
        try {
            Files.deleteIfExists(page);
        } catch (IOException e) {
            LOG.warn("The page {} is of an earlier part of the run, and can't be removed: {}", page, e.toString());
        }
    }
}
