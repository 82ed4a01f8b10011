package org.steadygrad.engine.cuda;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.steadygrad.engine.cuda.driver.DeviceMemory;
import org.steadygrad.engine.cuda.kernel.KernelContext;
import org.steadygrad.engine.cuda.kernel.OperationKernel;
import org.steadygrad.engine.cuda.kernel.Profiled;
import org.steadygrad.engine.cuda.kernel.StateStore;
import org.steadygrad.engine.cuda.kernel.Stateful;
import org.steadygrad.engine.cuda.stream.Sums;
import org.steadygrad.engine.plan.PlanOperation;
import org.steadygrad.engine.plan.Value;

/** The operations of a program with their kernels, in the order of the forward pass. */
final class Stages {
    private final List<Stage> stages = new ArrayList<>();

    /** Whether the states that recurrent layers start from are 0, as they are at first. */
    private boolean startAtZero = true;

    /**
     * @param sum adds up the gradient of the operation's output
     * @param backward whether there is a backward pass
     */
    private record Stage(PlanOperation operation, OperationKernel kernel, Optional<Sums> sum, boolean backward) {}

    Stages(KernelContext context) {
        List<PlanOperation> operations = context.plan().operations();
        for (int i = 0; i < operations.size(); i++) {
            PlanOperation operation = operations.get(i);
            boolean backward = context.needsGradient(operation.output());
            Optional<Sums> sum = backward ? sum(context, operation.output()) : Optional.empty();
            stages.add(new Stage(operation, OperationKernels.make(context, operation, i), sum, backward));
        }
    }

    private static Optional<Sums> sum(KernelContext context, Value value) {
        List<DeviceMemory> shares = context.gradientShares(value);
        return shares.isEmpty()
                ? Optional.empty()
                : Optional.of(new Sums(context.runtime(), shares, context.gradient(value)));
    }

    void forward() {
        stages.forEach(stage -> stage.kernel.forward());
    }

    /** @param onlooker at the gradient on its way; null when there is nobody */
    void backward(ProgramTrace onlooker) {
        for (int i = stages.size() - 1; i >= 0; i--) {
            Stage stage = stages.get(i);
            if (stage.backward) {
                stage.sum.ifPresent(Sums::run);
                if (onlooker != null) {
                    onlooker.gradient(stage.operation.output());
                }
                stage.kernel.backward();
            }
        }
    }

    /** Takes the memory that {@link #storeStates} is going to need. */
    void reserveStates(StateStore states) {
        for (int i = 0; i < stages.size(); i++) {
            if (stages.get(i).kernel instanceof Stateful stateful) {
                states.reserve(i, stateful.finalState());
            }
        }
    }

    /** Fills the states that recurrent layers start from. */
    void loadStates(StateStore states) {
        states.check();
        boolean none = states.isEmpty();
        if (none && startAtZero) {
            return;
        }
        // until all are filled, nobody knows
        startAtZero = false;
        for (int i = 0; i < stages.size(); i++) {
            if (stages.get(i).kernel instanceof Stateful stateful) {
                states.load(i, stateful.initialState());
            }
        }
        startAtZero = none;
    }

    /** Keeps the states that recurrent layers end with; {@link StateStore#changes} is open until the caller ends it. */
    void storeStates(StateStore states) {
        states.changes().begin();
        for (int i = 0; i < stages.size(); i++) {
            if (stages.get(i).kernel instanceof Stateful stateful) {
                states.store(i, stateful.finalState());
            }
        }
    }

    /** Steps that the backward pass reaches and that can note the gradient through time. */
    List<Profiled> profiled() {
        List<Profiled> found = new ArrayList<>();
        for (Stage stage : stages) {
            if (stage.backward && stage.kernel instanceof Profiled profiled) {
                found.add(profiled);
            }
        }
        return found;
    }
}
