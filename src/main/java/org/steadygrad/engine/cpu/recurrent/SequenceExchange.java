package org.steadygrad.engine.cpu.recurrent;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.bytedeco.dnnl.memory;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.steadygrad.engine.cpu.onednn.FloatMemory;
import org.steadygrad.engine.cpu.onednn.NativeScope;
import org.steadygrad.engine.cpu.onednn.NdMemory;
import org.steadygrad.engine.cpu.onednn.OneDnn;
import org.steadygrad.engine.cpu.onednn.OneDnn.Call;

/** Copies between float arrays [batch, size, time], however they lie in memory, and time-major memory. */
final class SequenceExchange implements AutoCloseable {
    private static final int MOST_ROUTES = 16;

    private final OneDnn oneDnn;
    private final FloatMemory data;
    private final int steps;
    private final int examples;
    private final List<Route> routes = new ArrayList<>();

    private record Route(long[] strides, boolean in, memory array, Call copy, NativeScope scope) {}

    /** @param data [steps, examples, size] */
    SequenceExchange(OneDnn oneDnn, FloatMemory data, int steps, int examples) {
        this.oneDnn = oneDnn;
        this.data = data;
        this.steps = steps;
        this.examples = examples;
    }

    void load(INDArray array) {
        run(array, true);
    }

    void store(INDArray array) {
        run(array, false);
    }

    private void run(INDArray array, boolean in) {
        boolean sequence = array.rank() == 3;
        long[] strides = {array.stride(sequence ? 2 : 1), array.stride(0), sequence ? array.stride(1) : 1};
        Route route = route(strides, in);
        route.array.set_data_handle(NdMemory.address(array));
        route.copy.run();
    }

    private Route route(long[] strides, boolean in) {
        for (Route known : routes) {
            if (known.in == in && Arrays.equals(known.strides, strides)) {
                return known;
            }
        }
        if (routes.size() == MOST_ROUTES) {
            routes.remove(0).scope.close();
        }
        NativeScope own = new NativeScope();
        long[] dimensions = {steps, examples, data.length() / steps / examples};
        memory array = oneDnn.view(own, OneDnn.strided(own, dimensions, strides), data);
        memory rows = oneDnn.view(own, OneDnn.rows(own, dimensions), data);
        Call copy = in ? oneDnn.reorder(own, array, rows) : oneDnn.reorder(own, rows, array);
        Route route = new Route(strides, in, array, copy, own);
        routes.add(route);
        return route;
    }

    @Override
    public void close() {
        routes.forEach(route -> route.scope.close());
        routes.clear();
    }
}
