package org.steadygrad.engine.cuda.recurrent;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.steadygrad.engine.cuda.driver.DeviceMemory;
import org.steadygrad.engine.cuda.driver.DeviceScope;
import org.steadygrad.engine.cuda.driver.Event;
import org.steadygrad.engine.cuda.recurrent.RecurrentWay.Task;
import org.steadygrad.engine.cuda.recurrent.ScanTensors.State;
import org.steadygrad.engine.cuda.stream.CudaRuntime;
import org.steadygrad.engine.cuda.stream.Replay;
import org.steadygrad.engine.plan.PlanOperation.Cell;

/** Times a recurrent layer on memory of its own, which holds zeros: no way's time depends on the numbers. */
final class RecurrentTrial implements AutoCloseable {
    private static final int REPETITIONS = 3;

    /** Short passes are repeated until an idle device has raised its clocks. */
    private static final double LEAST_MILLISECONDS = 20;

    private static final int MOST_REPETITIONS = 200;

    private final CudaRuntime runtime;
    private final Task task;
    private final DeviceScope scope;
    private final Map<List<Long>, DeviceMemory> scratch = new HashMap<>();

    RecurrentTrial(CudaRuntime runtime, Task task) {
        this.runtime = runtime;
        this.task = task;
        scope = new DeviceScope(runtime.device());
    }

    private DeviceMemory zeros(long length) {
        DeviceMemory memory = scope.floats(length);
        runtime.stream().zero(memory);
        return memory;
    }

    private State state() {
        long length = task.shape().stateLength();
        boolean lstm = task.shape().cell() == Cell.LSTM;
        return new State(zeros(length), lstm ? Optional.of(zeros(length)) : Optional.empty());
    }

    private LayerTensors tensors() {
        LayerShape shape = task.shape();
        long input = (long) shape.rows() * shape.inputs();
        long output = (long) shape.rows() * shape.units();
        boolean training = shape.training();
        return new LayerTensors(
                zeros(input),
                zeros(output),
                training ? zeros(output) : null,
                training ? Optional.of(zeros(input)) : Optional.empty(),
                shape.masked() ? Optional.of(zeros(shape.rows())) : Optional.empty(),
                state(),
                state());
    }

    private LayerWeights weights() {
        LayerShape shape = task.shape();
        long outputs = (long) shape.scan().gates() * shape.units();
        long input = outputs * shape.inputs();
        long recurrent = outputs * shape.units();
        long bias = outputs + (shape.cell() == Cell.GRU ? shape.units() : 0);
        return new LayerWeights(
                zeros(input),
                zeros(recurrent),
                zeros(bias),
                Optional.of(zeros(input)),
                Optional.of(zeros(recurrent)),
                Optional.of(zeros(bias)));
    }

    /** The shortest of a few passes, replayed as a graph like those of a model. Waits for the device. */
    double milliseconds(RecurrentWay way) {
        ScanPlace place = new ScanPlace(
                runtime, scope, (bytes, n) -> scratch.computeIfAbsent(List.of(bytes, n), key -> scope.bytes(bytes)));
        RecurrentRun run = way.make(place, task, tensors(), weights());
        double best = Double.POSITIVE_INFINITY;
        try (Event start = runtime.device().newEvent(true);
                Event end = runtime.device().newEvent(true);
                Replay replay = new Replay(runtime.stream(), () -> pass(run))) {
            // enqueued, then captured and run
            replay.run();
            replay.run();
            double all = 0;
            for (int i = 0; i < REPETITIONS || (i < MOST_REPETITIONS && all < LEAST_MILLISECONDS); i++) {
                runtime.stream().record(start);
                replay.run();
                runtime.stream().record(end);
                end.await();
                double own = end.millisecondsSince(start);
                best = Math.min(best, own);
                all += own;
            }
        }
        return best;
    }

    private void pass(RecurrentRun run) {
        run.forward();
        if (task.shape().training()) {
            run.backward();
        }
    }

    @Override
    public void close() {
        try (scope) {
            runtime.stream().finish();
        }
    }
}
