package org.steadygrad.benchmarks;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.concurrent.atomic.AtomicLong;
import org.steadygrad.train.TrainingObserver;

/** How long the training thread is busy with telling somebody what it does. */
final class ObserverTime {
    private final AtomicLong nanos = new AtomicLong();

    /** Tells the given one everything, and takes the time. */
    TrainingObserver of(TrainingObserver told) {
        return (TrainingObserver) Proxy.newProxyInstance(
                TrainingObserver.class.getClassLoader(),
                new Class<?>[] {TrainingObserver.class},
                (proxy, method, arguments) -> {
                    long start = System.nanoTime();
                    try {
                        return method.invoke(told, arguments);
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    } finally {
                        nanos.addAndGet(System.nanoTime() - start);
                    }
                });
    }

    long nanos() {
        return nanos.get();
    }
}
