package org.steadygrad.cli;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import org.steadygrad.check.InvalidInputException;
import org.steadygrad.exchange.ImportedModel;
import org.steadygrad.exchange.graph.NeutralGraph;
import org.steadygrad.exchange.graph.Shape;
import org.steadygrad.exchange.graph.Tensor;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code steadygrad check}. */
@Command(
        name = "check",
        description = "Compares two models as functions: outputs, and how they change with the inputs.",
        sortOptions = false,
        footer = {
            "",
            "@|bold Examples|@",
            "  steadygrad check model.keras runs/mine --inputs x.npz",
            "",
            "Inputs and outputs of the second are taken in the order of the first, whatever their names. Both are computed in double.",
            "@|bold Exit codes:|@ 0 the same to --tolerance, 1 not the same."
        })
final class CheckCommand implements java.util.concurrent.Callable<Integer> {
    /** Of the inputs; in double, central differences are good to about its square. */
    private static final double STEP = 1e-4;

    @Parameters(index = "0", paramLabel = "A", description = "A model's file, or the folder it was imported into.")
    private Path first;

    @Parameters(index = "1", paramLabel = "B", description = "The model to compare it with.")
    private Path second;

    @Option(
            names = "--inputs",
            required = true,
            paramLabel = "FILE.npz",
            description = "Arrays as A takes them, by name; a single one may have any.")
    private Path inputs;

    @Option(
            names = "--like",
            paramLabel = "FILE",
            description = "A model with the same layers, for files that have weights alone.")
    private Path like;

    @Option(
            names = "--tolerance",
            paramLabel = "X",
            description = "Largest difference that counts as none, relative to the largest output; 1e-5 by default.")
    private double tolerance = 1e-5;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() {
        ImportedModel a = model(first);
        ImportedModel b = model(second);
        requireAlike(a, b);
        Map<String, Tensor> given = ForeignArrays.read(a, Given.existing("--inputs", inputs));
        PrintWriter text = spec.commandLine().getOut();
        boolean same = compare(text, "outputs", a.outputs(given), b.outputs(renamed(a, b, given)));
        Map<String, Tensor> ahead = moved(a, given, STEP);
        Map<String, Tensor> behind = moved(a, given, -STEP);
        if (!ahead.equals(given)) {
            same &= compare(
                    text,
                    "slopes along a random direction of the inputs",
                    slopes(a.outputs(ahead), a.outputs(behind)),
                    slopes(b.outputs(renamed(a, b, ahead)), b.outputs(renamed(a, b, behind))));
        }
        text.println(same ? "the same" : "not the same");
        text.flush();
        return same ? ExitCode.OK : ExitCode.SOFTWARE;
    }

    private ImportedModel model(Path path) {
        Path there = Given.existing("MODEL", path);
        return ImportedModel.isAt(there)
                ? ImportedModel.read(there)
                : ImportedModel.of(ImportCommand.read(there, like));
    }

    private static void requireAlike(ImportedModel a, ImportedModel b) {
        List<Shape> shapesA = a.inputs().stream().map(NeutralGraph.Input::shape).toList();
        List<Shape> shapesB = b.inputs().stream().map(NeutralGraph.Input::shape).toList();
        boolean kinds = shapesA.stream()
                .map(Shape::kind)
                .toList()
                .equals(shapesB.stream().map(Shape::kind).toList());
        if (!kinds || a.outputNames().size() != b.outputNames().size()) {
            throw InvalidInputException.of(
                    "check",
                    "two models with inputs of one kind and as many outputs",
                    shapesA + " and " + shapesB + ", " + a.outputNames() + " and " + b.outputNames(),
                    "");
        }
    }

    private static Map<String, Tensor> renamed(ImportedModel a, ImportedModel b, Map<String, Tensor> given) {
        Map<String, Tensor> renamed = new LinkedHashMap<>();
        for (int i = 0; i < a.inputs().size(); i++) {
            renamed.put(b.inputs().get(i).name(), given.get(a.inputs().get(i).name()));
        }
        return renamed;
    }

    /** Inputs a little way along a direction that is the same for all calls; symbols and padding stay. */
    private static Map<String, Tensor> moved(ImportedModel model, Map<String, Tensor> given, double step) {
        Random random = new Random(1);
        Map<String, Tensor> moved = new LinkedHashMap<>(given);
        for (NeutralGraph.Input input : model.inputs()) {
            if (input.shape().kind() != Shape.Kind.VECTOR && input.shape().kind() != Shape.Kind.SEQUENCE) {
                continue;
            }
            Tensor tensor = given.get(input.name());
            double[] values = tensor.values().clone();
            int features = tensor.shape()[tensor.rank() - 1];
            for (int row = 0; row < values.length; row += features) {
                double marker = values[row];
                boolean constant = Arrays.stream(values, row, row + features).allMatch(value -> value == marker);
                for (int i = row; i < row + features; i++) {
                    double direction = random.nextGaussian();
                    // a step of one number throughout may be marked as padding by it
                    values[i] += constant && tensor.rank() == 3 ? 0 : step * direction;
                }
            }
            moved.put(input.name(), new Tensor(tensor.shape(), values));
        }
        return moved;
    }

    private static Map<String, Tensor> slopes(Map<String, Tensor> ahead, Map<String, Tensor> behind) {
        Map<String, Tensor> slopes = new LinkedHashMap<>();
        ahead.forEach((name, tensor) -> {
            double[] values = tensor.values().clone();
            for (int i = 0; i < values.length; i++) {
                values[i] = (values[i] - behind.get(name).values()[i]) / (2 * STEP);
            }
            slopes.put(name, new Tensor(tensor.shape(), values));
        });
        return slopes;
    }

    private boolean compare(PrintWriter text, String what, Map<String, Tensor> a, Map<String, Tensor> b) {
        boolean same = true;
        List<Tensor> others = List.copyOf(b.values());
        int output = 0;
        text.println(what + ":");
        for (Map.Entry<String, Tensor> entry : a.entrySet()) {
            Tensor left = entry.getValue();
            Tensor right = others.get(output++);
            if (!Arrays.equals(left.shape(), right.shape())) {
                text.printf(
                        "  %s: shapes differ, %s and %s%n",
                        entry.getKey(), Arrays.toString(left.shape()), Arrays.toString(right.shape()));
                same = false;
                continue;
            }
            same &= line(text, entry.getKey(), left, right);
        }
        return same;
    }

    private boolean line(PrintWriter text, String name, Tensor left, Tensor right) {
        double largest = 0;
        double size = 1;
        int place = 0;
        for (int i = 0; i < left.values().length; i++) {
            double a = left.values()[i];
            double b = right.values()[i];
            size = Double.isFinite(a) ? Math.max(size, Math.abs(a)) : size;
            double difference = Double.compare(a, b) == 0 ? 0 : Math.abs(a - b);
            if (Double.isNaN(difference) || difference > largest) {
                largest = Double.isNaN(difference) ? Double.POSITIVE_INFINITY : difference;
                place = i;
            }
        }
        boolean same = largest <= tolerance * size;
        text.printf(
                Locale.ROOT,
                "  %s: largest difference %.3g of %.3g, at %s: %.7g and %.7g%s%n",
                name,
                largest,
                size,
                index(left.shape(), place),
                left.values().length == 0 ? 0 : left.values()[place],
                left.values().length == 0 ? 0 : right.values()[place],
                same ? "" : "  <- differs");
        return same;
    }

    private static String index(int[] shape, int place) {
        int[] index = new int[shape.length];
        int rest = place;
        for (int axis = shape.length - 1; axis >= 0; axis--) {
            index[axis] = rest % Math.max(1, shape[axis]);
            rest /= Math.max(1, shape[axis]);
        }
        return Arrays.toString(index);
    }
}
