package org.steadygrad.tensorboard;

import java.util.Locale;
import org.steadygrad.runlog.Finding;
import org.steadygrad.runlog.Prescription;

/** A finding with its evidence and what could be done about it, in Markdown. */
final class FindingMarkdown {
    private FindingMarkdown() {}

    static String of(Finding finding) {
        StringBuilder text = new StringBuilder("**")
                .append(finding.severity().name().toLowerCase(Locale.ROOT))
                .append("** ")
                .append(finding.message())
                .append("\n\n");
        if (!finding.evidence().isEmpty()) {
            text.append("| evidence | |\n|---|---|\n");
            finding.evidence().forEach((name, value) -> text.append("| ")
                    .append(name)
                    .append(" | ")
                    .append(value)
                    .append(" |\n"));
            text.append('\n');
        }
        for (Prescription cure : finding.prescriptions()) {
            text.append("- **").append(cure.title()).append("**: ").append(cure.reason());
            text.append(cure.source().isEmpty() ? "" : " (" + cure.source() + ")")
                    .append("\n\n");
            cure.changes()
                    .forEach(change ->
                            text.append("        --set ").append(change).append('\n'));
            text.append('\n');
        }
        return text.toString();
    }
}
