package org.steadygrad.firstlight;

import java.util.Comparator;
import java.util.List;
import org.junit.jupiter.api.ClassOrderer;
import org.junit.jupiter.api.ClassOrdererContext;

/**
 * Puts classes of tests that take long behind all others, so that a run that is ended early has seen as many as it could. On the
 * simulated machine those not named here take less than three seconds each, and come in the order of their names.
 */
final class FastestFirst implements ClassOrderer {
    /** By the time that they take; they stay in this order when times change, no more depends on it. */
    static final List<String> SLOW = List.of(
            "CudaUpdatePassTest",
            "CudaUpdateStepsTest",
            "CudaTrainerContractTest",
            "RecurKernelTest",
            "CudaUpdaterTest",
            "CudaUpdateRulesTest",
            "CudaEngineContractTest",
            "CudaRunTest",
            "LossKernelTest",
            "CudaMemoryTest");

    @Override
    public void orderClasses(ClassOrdererContext context) {
        context.getClassDescriptors()
                .sort(Comparator.comparingInt((org.junit.jupiter.api.ClassDescriptor d) ->
                                SLOW.indexOf(d.getTestClass().getSimpleName()))
                        .thenComparing(d -> d.getTestClass().getName()));
    }
}
