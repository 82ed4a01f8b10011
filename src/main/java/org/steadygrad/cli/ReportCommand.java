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
import org.steadygrad.runlog.RunFolder;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
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
            "  steadygrad report runs/adding-gru --list-charts",
            "  steadygrad report runs/adding-gru --png figures --chart 'weight-*'",
            "",
            "Every run with a folder leaves report.html there when it ends. The page needs no network and no other"
                    + " file. Runs",
            "that go on or were killed are shown as far as their files go."
        })
final class ReportCommand implements Callable<Integer> {
    @Parameters(arity = "1..*", paramLabel = "RUN", description = "Folders of runs.")
    private List<Path> runs = new ArrayList<>();

    @Option(
            names = "--out",
            paramLabel = "FILE",
            description =
                    "Where the page is written; by default report.html in the run's folder, comparison.html here for"
                            + " several.")
    private Path out;

    @Option(
            names = "--png",
            paramLabel = "FOLDER",
            description = "Write every chart as a picture, PNG and SVG, there as well.")
    private Path pictures;

    @Option(
            names = "--chart",
            paramLabel = "NAME",
            description =
                    "With --png: draw this chart, not all; * stands for any characters, as in 'weight-*'. May be given"
                            + " several times.")
    private List<String> charts = new ArrayList<>();

    @Option(names = "--list-charts", description = "Print the names of the charts, and write nothing.")
    private boolean listed;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws IOException {
        check();
        List<RunView> views = runs.stream()
                .map(run -> RunReader.read(Given.existing("RUN", run)))
                .toList();
        RunView.tellApart(views);
        PrintWriter output = spec.commandLine().getOut();
        if (pictures == null && !listed) {
            writePage(views, output);
            return ExitCode.OK;
        }
        try (ReportPictures drawing = new ReportPictures(views)) {
            List<ReportPictures.Chart> chosen = charts.isEmpty() ? drawing.charts() : drawing.charts(charts);
            if (listed) {
                TextTable.print(
                        output,
                        0,
                        "ll",
                        chosen.stream().map(c -> List.of(c.name(), c.title())).toList());
            } else {
                writePage(views, output);
                draw(drawing, chosen);
                output.println(count(chosen.size()) + " as PNG and SVG: " + pictures);
            }
            output.flush();
        }
        return ExitCode.OK;
    }

    /** Complains about what means nothing together. */
    private void check() {
        if (listed && (pictures != null || out != null)) {
            throw new ParameterException(
                    spec.commandLine(), "--list-charts writes nothing; leave out --png and --out, or --list-charts.");
        }
        if (!charts.isEmpty() && pictures == null && !listed) {
            throw new ParameterException(
                    spec.commandLine(), "--chart goes with --png or --list-charts; add one, or leave it out.");
        }
    }

    private static String count(int charts) {
        return charts == 1 ? "1 chart," : charts + " charts, each";
    }

    private void writePage(List<RunView> views, PrintWriter output) throws IOException {
        Path page = out != null
                ? out
                : views.size() > 1
                        ? Path.of("comparison.html")
                        : RunFolder.of(runs.get(0)).report();
        byte[] html = ReportPage.html(views).getBytes(StandardCharsets.UTF_8);
        AtomicFile.write(page, stream -> stream.write(html));
        output.println("Report: " + page);
        output.flush();
    }

    private void draw(ReportPictures drawing, List<ReportPictures.Chart> chosen) throws IOException {
        for (ReportPictures.Chart chart : chosen) {
            String svg = drawing.svg(chart);
            byte[] png = drawing.png(svg);
            AtomicFile.write(
                    pictures.resolve(chart.name() + ".svg"),
                    stream -> stream.write(svg.getBytes(StandardCharsets.UTF_8)));
            AtomicFile.write(pictures.resolve(chart.name() + ".png"), stream -> stream.write(png));
        }
    }
}
