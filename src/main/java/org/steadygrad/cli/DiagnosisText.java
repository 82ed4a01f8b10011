package org.steadygrad.cli;

import java.io.PrintWriter;
import java.util.Locale;
import org.steadygrad.diagnose.Diagnosis;

/** Prints a {@link Diagnosis} in plain words, with a table per part. */
final class DiagnosisText {
    private final PrintWriter out;

    DiagnosisText(PrintWriter out) {
        this.out = out;
    }

    void print(Diagnosis diagnosis) {
        Diagnosis.Subject subject = diagnosis.subject();
        out.printf(
                Locale.ROOT,
                "%s before its first step: %,d parameters, engine %s, %d batches (%,d examples), loss %.4g%n",
                subject.run(),
                subject.parameters(),
                subject.engine(),
                subject.batches(),
                subject.examples(),
                subject.loss());
        out.flush();
    }
}
