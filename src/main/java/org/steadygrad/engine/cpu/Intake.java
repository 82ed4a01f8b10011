package org.steadygrad.engine.cpu;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.bytedeco.dnnl.memory;
import org.deeplearning4j.nn.conf.RNNFormat;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.steadygrad.check.InvalidInputException;
import org.steadygrad.engine.cpu.OneDnn.Call;

/**
 * Copies arrays of one shape into a program's time-major memory. What a layout of the source asks for is prepared when it
 * is met first.
 */
final class Intake {
    private final Program program;
    private final FloatMemory target;
    private final int size;
    private final List<Route> routes = new ArrayList<>();

    /** The way from one layout of the source, given by its strides over time, examples and features. */
    private record Route(long[] strides, memory source, Call copy) {}

    /** @param size number of elements in a row of the target, [rows, size] */
    Intake(Program program, FloatMemory target, int size) {
        this.program = program;
        this.target = target;
        this.size = size;
    }

    /**
     * @param array [examples, size], [examples, steps] with a size of 1, or a sequence [examples, size, steps] or
     *     [examples, steps, size]
     * @param format of sequences
     */
    void load(INDArray array, RNNFormat format) {
        if (array.length() != target.length()) {
            throw InvalidInputException.of(
                    "engine cpu",
                    target.length() + " elements, " + size + " for each of " + target.length() / size + " rows",
                    "shape " + Arrays.toString(array.shape()),
                    "Features, labels and masks of a batch must agree in examples and time steps.");
        }
        INDArray floats = NdMemory.floats(array);
        Route route = route(strides(floats, format), steps(floats, format));
        route.source.set_data_handle(NdMemory.address(floats));
        route.copy.run();
    }

    private int steps(INDArray array, RNNFormat format) {
        if (array.rank() == 3) {
            return Math.toIntExact(array.size(format == RNNFormat.NCW ? 2 : 1));
        }
        return array.rank() == 2 && size == 1 ? Math.toIntExact(array.size(1)) : 1;
    }

    private long[] strides(INDArray array, RNNFormat format) {
        if (array.rank() == 3) {
            boolean timeLast = format == RNNFormat.NCW;
            return new long[] {array.stride(timeLast ? 2 : 1), array.stride(0), array.stride(timeLast ? 1 : 2)};
        }
        if (array.rank() == 2) {
            return new long[] {array.stride(1), array.stride(0), array.stride(1)};
        }
        return new long[] {1, array.rank() == 0 ? 1 : array.stride(0), 1};
    }

    private Route route(long[] strides, int steps) {
        for (Route known : routes) {
            if (Arrays.equals(known.strides, strides)) {
                return known;
            }
        }
        NativeScope scope = program.scope();
        OneDnn oneDnn = program.runtime().oneDnn();
        long examples = target.length() / size / steps;
        long[] dimensions = {steps, examples, size};
        memory source = oneDnn.view(scope, OneDnn.strided(scope, dimensions, strides), target);
        memory rows = oneDnn.view(scope, OneDnn.rows(scope, dimensions), target);
        Route route = new Route(strides, source, oneDnn.reorder(scope, source, rows));
        routes.add(route);
        return route;
    }
}
