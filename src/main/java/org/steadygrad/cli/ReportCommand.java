package org.steadygrad.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.steadygrad.model.AtomicFile;
import org.steadygrad.report.ReportPage;
import org.steadygrad.report.ReportPictures;
import org.steadygrad.report.RunReader;
import org.steadygrad.report.RunView;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code steadygrad report}. */
@Command(
        name = "report",
        description = "Writes a page that shows what happened in a run, or compares several.",
        sortOptions = false,
        footer = {
            "",
            "@|bold Examples|@",
            "  steadygrad report runs/adding-gru",
            "  steadygrad report runs/plain runs/clipped --out comparison.html",
            "  steadygrad report runs/adding-gru --png figures",
            "",
            "Every run with a folder leaves report.html there when it ends. The page needs no network and no other file. Runs",
            "that go on or were killed are shown as far as their files go."
        })
final class ReportCommand implements Callable<Integer> {
    @Parameters(arity = "1..*", paramLabel = "RUN", description = "Folders of runs.")
    private List<Path> runs = new ArrayList<>();

    @Option(
            names = "--out",
            paramLabel = "FILE",
            description =
                    "Where the page is written; by default report.html in the run's folder, comparison.html here for several.")
    private Path out;

    @Option(
            names = "--png",
            paramLabel = "FOLDER",
            description = "Write every chart as a picture, PNG and SVG, there as well.")
    private Path pictures;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws IOException {
        List<RunView> views = runs.stream().map(RunReader::read).toList();
        PrintWriter output = spec.commandLine().getOut();
        Path page = out != null
                ? out
                : views.size() > 1 ? Path.of("comparison.html") : runs.get(0).resolve("report.html");
        byte[] html = ReportPage.html(views).getBytes(StandardCharsets.UTF_8);
        AtomicFile.write(page, stream -> stream.write(html));
        output.println("Report: " + page);
        output.flush();
        if (pictures != null) {
            int count = draw(views);
            output.println(count + " charts, each as PNG and SVG: " + pictures);
            output.flush();
        }
        return ExitCode.OK;
    }

    private int draw(List<RunView> views) throws IOException {
        int count = 0;
        try (ReportPictures drawing = new ReportPictures(views)) {
            for (ReportPictures.Chart chart : drawing.charts()) {
                String svg = drawing.svg(chart);
                byte[] png = drawing.png(svg);
                AtomicFile.write(
                        pictures.resolve(chart.name() + ".svg"),
                        stream -> stream.write(svg.getBytes(StandardCharsets.UTF_8)));
                AtomicFile.write(pictures.resolve(chart.name() + ".png"), stream -> stream.write(png));
                count++;
            }
        }
        return count;
    }
}
