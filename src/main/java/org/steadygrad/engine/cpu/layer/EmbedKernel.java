package org.steadygrad.engine.cpu.layer;

import java.util.Optional;
import org.bytedeco.dnnl.memory;
import org.bytedeco.javacpp.FloatPointer;
import org.steadygrad.engine.cpu.kernel.Kernel;
import org.steadygrad.engine.cpu.kernel.KernelContext;
import org.steadygrad.engine.cpu.kernel.ModelMemory;
import org.steadygrad.engine.cpu.kernel.Pass;
import org.steadygrad.engine.cpu.onednn.CpuRuntime;
import org.steadygrad.engine.cpu.onednn.FloatMemory;
import org.steadygrad.engine.cpu.onednn.NativeScope;
import org.steadygrad.engine.cpu.onednn.OneDnn;
import org.steadygrad.engine.cpu.onednn.OneDnn.Call;
import org.steadygrad.engine.cpu.onednn.Workers;
import org.steadygrad.engine.plan.PlanOperation;

/**
 * Looks rows up in a table. DL4J's table [vocabulary, size] lies in 'f' order, so that a row's elements are far apart: a
 * copy in the order of rows, renewed after each update, is read instead, and the gradient is added up in that order before
 * it goes to its place. Threads share the columns, and each adds its part of the rows in the order of memory.
 */
public final class EmbedKernel implements Kernel {
    private static final int GRAIN = 4 * CpuRuntime.CHUNK;
    private static final int FEWEST_COLUMNS = 16;

    private final KernelContext context;
    private final int size;
    private final int rows;
    private final FloatMemory numbers;
    private final FloatMemory output;
    private final FloatMemory table;
    private final float[] bias;
    private final Optional<FloatMemory> biasParameter;
    private final int[] symbols;
    private final float[][] heap;
    private final float[][] other;
    private final Workers.Range lookUp = this::lookUp;
    private final Optional<Backward> backward;

    public EmbedKernel(KernelContext context, PlanOperation.Embed operation) {
        this.context = context;
        size = operation.output().size();
        rows = context.rows(operation.input());
        numbers = context.value(operation.input());
        output = context.value(operation.output());
        long[] shape = {operation.vocabulary(), size};
        NativeScope scope = context.scope();
        memory.desc plain = OneDnn.strided(scope, shape, new long[] {1, operation.vocabulary()});
        memory.desc byRows = OneDnn.rows(scope, shape);
        memory packed = context.model().packed().get(operation.weights().offset(), plain, byRows);
        table = FloatMemory.foreign(
                new FloatPointer(packed.get_data_handle()), operation.weights().length());
        biasParameter = operation.bias().map(block -> context.model().memory().parameters(block));
        bias = new float[size];
        symbols = new int[rows];
        int threads = context.runtime().threads();
        heap = new float[threads][size];
        other = new float[threads][size];
        boolean trained =
                context.needsGradient(operation.output()) && operation.weights().trained();
        backward = trained ? Optional.of(new Backward(operation, plain, byRows)) : Optional.empty();
    }

    @Override
    public void forward(Pass pass) {
        for (int row = 0; row < rows; row++) {
            symbols[row] = (int) numbers.get(row);
        }
        biasParameter.ifPresent(parameter -> parameter.read(0, bias, size));
        context.runtime().workers().run(rows, GRAIN / size + 1, lookUp);
    }

    private void lookUp(int part, int from, int to) {
        float[] values = heap[part];
        for (int row = from; row < to; row++) {
            table.read(symbols[row] * size, values, size);
            if (biasParameter.isPresent()) {
                add(values, bias, size);
            }
            output.write(row * size, values, size);
        }
    }

    private static void add(float[] a, float[] b, int count) {
        for (int i = 0; i < count; i++) {
            a[i] += b[i];
        }
    }

    @Override
    public void backward(Pass pass) {
        backward.ifPresent(Backward::run);
    }

    private final class Backward implements Workers.Range {
        private final FloatMemory gradient;
        private final FloatMemory sums;
        private final Call toPlace;
        private final Optional<FloatMemory> biasGradient;
        private final float[] zeros = new float[size];

        Backward(PlanOperation.Embed operation, memory.desc plain, memory.desc byRows) {
            NativeScope scope = context.scope();
            OneDnn oneDnn = context.runtime().oneDnn();
            ModelMemory model = context.model().memory();
            gradient = context.gradient(operation.output());
            sums = scope.allocate(operation.weights().length());
            toPlace = oneDnn.reorder(
                    scope,
                    oneDnn.view(scope, byRows, sums),
                    oneDnn.view(scope, plain, model.gradient(operation.weights())));
            biasGradient = operation.bias().map(model::gradient);
        }

        void run() {
            context.runtime().workers().run(size, Math.max(FEWEST_COLUMNS, GRAIN / rows), this);
            toPlace.run();
            for (int symbol : symbols) {
                sums.write(symbol * size, zeros, size);
            }
        }

        @Override
        public void run(int part, int from, int to) {
            float[] sum = heap[part];
            float[] slope = other[part];
            int count = to - from;
            for (int row = 0; row < rows; row++) {
                int at = symbols[row] * size + from;
                gradient.read(row * size + from, slope, count);
                sums.read(at, sum, count);
                add(sum, slope, count);
                sums.write(at, sum, count);
            }
            biasGradient.ifPresent(target -> addRows(target, part, from, count));
        }

        private void addRows(FloatMemory target, int part, int from, int count) {
            float[] sum = heap[part];
            float[] slope = other[part];
            System.arraycopy(zeros, 0, sum, 0, count);
            for (int row = 0; row < rows; row++) {
                gradient.read(row * size + from, slope, count);
                add(sum, slope, count);
            }
            target.write(from, sum, count);
        }
    }
}
