package org.steadygrad.engine.cuda.recurrent;

import java.util.List;
import org.steadygrad.engine.StepTrace.TimeProfile;
import org.steadygrad.engine.cuda.driver.DeviceMemory;
import org.steadygrad.engine.cuda.kernel.KernelContext;
import org.steadygrad.engine.cuda.kernel.OperationKernel;
import org.steadygrad.engine.cuda.kernel.Profiled;
import org.steadygrad.engine.cuda.kernel.Stateful;
import org.steadygrad.engine.cuda.recurrent.RecurrentWay.Task;
import org.steadygrad.engine.cuda.recurrent.ScanTensors.State;
import org.steadygrad.engine.plan.PlanOperation;

/**
 * A recurrent layer in one direction. The state it starts from is what the layer carries; in reverse that is nothing, as in
 * DL4J, since no state is kept.
 */
public final class RecurKernel implements OperationKernel, Stateful, Profiled {
    private final PlanOperation.Recur operation;
    private final LayerShape shape;
    private final LayerTensors tensors;
    private final LayerWeights weights;
    private final ScanPlace place;
    private final Task task;
    private final RecurrentWay way;
    private final RecurrentRun plain;

    /** Notes the gradient through time; null until somebody wants to know. */
    private ScannedRun watching;

    private TimeStepNorms norms;
    private boolean watched;

    /** @param number of the operation in the plan */
    public RecurKernel(KernelContext context, PlanOperation.Recur operation, int number) {
        this.operation = operation;
        shape = LayerShape.of(operation, context);
        place = new ScanPlace(context.runtime(), context.scope(), context::scratch);
        weights = LayerWeights.of(operation, context.model().memory());
        tensors = new LayerTensors(
                context.value(operation.input()),
                context.value(operation.output()),
                shape.training() ? context.gradient(operation.output()) : null,
                context.inputGradient(number, 0).filter(memory -> shape.training()),
                context.mask(operation.mask()),
                zeroState(),
                zeroState());
        long bytes = context.workspaceShare();
        task = new Task(operation.layer(), shape, SegmentPlan.of(operation.layer(), shape, bytes), bytes);
        way = new RecurrentChoice(place.runtime(), task).way();
        plain = way.make(place, task, tensors, weights);
    }

    private State zeroState() {
        State state = ScannedRun.newState(place, shape);
        memories(state).forEach(place.runtime().stream()::zero);
        return state;
    }

    private static List<DeviceMemory> memories(State state) {
        return state.cell().map(cell -> List.of(state.hidden(), cell)).orElse(List.of(state.hidden()));
    }

    @Override
    public List<DeviceMemory> initialState() {
        return memories(tensors.initial());
    }

    @Override
    public List<DeviceMemory> finalState() {
        return operation.reverse() ? List.of() : memories(tensors.finals());
    }

    private RecurrentRun run() {
        return watched ? watching : plain;
    }

    @Override
    public void forward() {
        run().forward();
    }

    @Override
    public void backward() {
        run().backward();
        if (watched) {
            norms.fetch();
        }
    }

    @Override
    public void expectProfile(boolean wanted) {
        if (wanted && watching == null) {
            watching = place.scope().whole(part -> watching(new ScanPlace(place.runtime(), part, place.scratch())));
        }
        watched = wanted;
    }

    private ScannedRun watching(ScanPlace own) {
        norms = new TimeStepNorms(own, shape.steps());
        // a library keeps the gradient of the state to itself, a scan doesn't
        ScanKind kind =
                way instanceof RecurrentWay.Scanned scanned ? scanned.kind() : RecurrentWay.scan(place.runtime(), task);
        SegmentPlan again = new SegmentPlan(task.plan().lengths(), true);
        return new ScannedRun(own, new ScannedRun.Layer(kind, shape, tensors, weights), again, norms);
    }

    @Override
    public TimeProfile profile(double lossScale) {
        return norms.profile(operation.layer(), operation.reverse(), shape.examples() * lossScale);
    }
}
