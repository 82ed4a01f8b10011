package org.steadygrad.train;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.steadygrad.health.HealthObserverGroup;

/** Tells several observers, in the order given. */
public final class ObserverGroup extends HealthObserverGroup<TrainingObserver> implements TrainingObserver {

    public ObserverGroup(List<TrainingObserver> observers) {
        super(observers);
    }

    @Override
    public void passedOver(String reason) {
        told.forEach(o -> o.passedOver(reason));
    }

    @Override
    public void dataNote(String note) {
        told.forEach(o -> o.dataNote(note));
    }

    @Override
    public void started(String engine, String device, long parameters, long plannedIterations, int startIteration) {
        told.forEach(o -> o.started(engine, device, parameters, plannedIterations, startIteration));
    }

    @Override
    public void iterationDone(IterationReport report) {
        told.forEach(o -> o.iterationDone(report));
    }

    @Override
    public void validated(int iteration, Map<String, Double> metrics, boolean best) {
        told.forEach(o -> o.validated(iteration, metrics, best));
    }

    @Override
    public void filed(int iteration, Path bundle) {
        told.forEach(o -> o.filed(iteration, bundle));
    }

    @Override
    public void happened(Event event, int iteration, String message) {
        told.forEach(o -> o.happened(event, iteration, message));
    }
}
