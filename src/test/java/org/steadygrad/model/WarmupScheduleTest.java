package org.steadygrad.model;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.schedule.ISchedule;
import org.steadygrad.spec.ScheduleSpec;

class WarmupScheduleTest {

    private static double at(ScheduleSpec spec, int iteration) {
        return WarmupSchedule.of(2, spec, 10, 110).valueAt(iteration, 0);
    }

    @Test
    void risesLinearlyAndThenFollowsTheCurve() {
        List<ScheduleSpec> all = List.of(
                new ScheduleSpec.Constant(),
                new ScheduleSpec.Step(20, 0.5),
                new ScheduleSpec.Exponential(20, 0.5),
                new ScheduleSpec.Cosine(0.1),
                new ScheduleSpec.Linear(0.1),
                new ScheduleSpec.InverseSquareRoot(50));
        double[] halfway = {2, 0.5, 2 * Math.pow(0.5, 2.5), 1.1, 1.1, 2 / Math.sqrt(2)};
        double[] beyond = {2, 2 * Math.pow(0.5, 9), 2 * Math.pow(0.5, 9.5), 0.2, 0.2, 2 / Math.sqrt(4.8)};
        for (int i = 0; i < halfway.length; i++) {
            assertEquals(2.0 / 11, at(all.get(i), 0), 1e-12);
            assertEquals(20.0 / 11, at(all.get(i), 9), 1e-12);
            assertEquals(2, at(all.get(i), 10), 1e-12);
            assertEquals(halfway[i], at(all.get(i), 60), 1e-12, all.get(i).toString());
            assertEquals(beyond[i], at(all.get(i), 200), 1e-12, all.get(i).toString());
        }
    }

    @Test
    void survivesJson() throws Exception {
        ISchedule schedule = WarmupSchedule.of(2, new ScheduleSpec.Cosine(0.1), 10, 110);
        String json = NeuralNetConfiguration.mapper().writeValueAsString(schedule);
        assertEquals(schedule, NeuralNetConfiguration.mapper().readValue(json, ISchedule.class));
    }

    @Test
    void aRunOfWarmupOnlyDividesByNothing() {
        assertEquals(2, WarmupSchedule.of(2, new ScheduleSpec.Linear(0), 5, 5).valueAt(5, 0), 0);
    }
}
