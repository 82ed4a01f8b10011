package org.steadygrad.engine.cpu.kernel;

import java.util.ArrayList;
import java.util.List;
import org.bytedeco.dnnl.memory;
import org.deeplearning4j.nn.conf.RNNFormat;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.steadygrad.engine.cpu.onednn.FloatMemory;
import org.steadygrad.engine.cpu.onednn.NativeScope;
import org.steadygrad.engine.cpu.onednn.NdMemory;
import org.steadygrad.engine.cpu.onednn.OneDnn;
import org.steadygrad.engine.cpu.onednn.OneDnn.Call;
import org.steadygrad.engine.program.SourceLayout;

/**
 * Copies arrays of one shape into a program's time-major memory. What a layout of the source asks for is prepared when it
 * is met first.
 */
final class Intake {
    private final KernelContext context;
    private final FloatMemory target;
    private final int size;
    private final List<Route> routes = new ArrayList<>();

    /** The way from one layout of the source. */
    private record Route(SourceLayout layout, memory source, Call copy) {}

    /** @param size number of elements in a row of the target, [rows, size] */
    Intake(KernelContext context, FloatMemory target, int size) {
        this.context = context;
        this.target = target;
        this.size = size;
    }

    /**
     * @param array [examples, size], [examples, steps] with a size of 1, or a sequence [examples, size, steps] or
     *     [examples, steps, size]
     * @param format of sequences
     */
    void load(INDArray array, RNNFormat format) {
        INDArray floats = NdMemory.floats(array);
        Route route = route(SourceLayout.of("engine cpu", floats, format, size, target.length() / size));
        route.source.set_data_handle(NdMemory.address(floats));
        route.copy.run();
    }

    private Route route(SourceLayout layout) {
        for (Route known : routes) {
            if (known.layout.equals(layout)) {
                return known;
            }
        }
        NativeScope scope = context.scope();
        OneDnn oneDnn = context.runtime().oneDnn();
        long[] dimensions = {layout.steps(), target.length() / size / layout.steps(), size};
        long[] strides = {layout.stepStride(), layout.exampleStride(), layout.featureStride()};
        memory source = oneDnn.view(scope, OneDnn.strided(scope, dimensions, strides), target);
        memory rows = oneDnn.view(scope, OneDnn.rows(scope, dimensions), target);
        Route route = new Route(layout, source, oneDnn.reorder(scope, source, rows));
        routes.add(route);
        return route;
    }
}
