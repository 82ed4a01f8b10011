package org.steadygrad.train;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import java.util.ArrayList;
import java.util.List;
import org.deeplearning4j.datasets.iterator.ExistingDataSetIterator;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.dropout.Dropout;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.Sgd;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;
import org.nd4j.linalg.schedule.ScheduleType;
import org.nd4j.linalg.schedule.StepSchedule;
import org.steadygrad.data.DataSources;

class Dl4jTrainerContractTest implements ContinuedTrainingContract, ScoredWindowsContract {
    @Override
    public String engine() {
        return "dl4j";
    }

    private List<Double> losses(ScheduleType type, double step, int runs) {
        MultiLayerNetwork network = new MultiLayerNetwork(new NeuralNetConfiguration.Builder()
                .seed(3)
                .updater(new Sgd(0.01))
                .list()
                .layer(new OutputLayer.Builder(LossFunction.MSE)
                        .activation(Activation.IDENTITY)
                        .nOut(1)
                        .dropOut(new Dropout(new StepSchedule(type, 0.9, 0.5, step)))
                        .build())
                .setInputType(InputType.feedForward(40))
                .build());
        network.init();
        Nd4j.getRandom().setSeed(1);
        DataSet examples = new DataSet(Nd4j.rand(12, 40), Nd4j.rand(12, 1));
        List<Double> losses = new ArrayList<>();
        for (int run = 0; run < runs; run++) {
            TinyRun.Notes notes = new TinyRun.Notes();
            var data = DataSources.of(new ExistingDataSetIterator(examples.batchBy(4)), null);
            settled(Trainer.of(network, data), 4 / runs).listener(notes).run();
            notes.steps().forEach(report -> losses.add(report.loss()));
        }
        return losses;
    }

    /** 3 batches are an epoch; other engines leave dropout by a schedule to this one. */
    @Test
    void dropoutFollowsItsSchedule() {
        List<Double> constant = losses(ScheduleType.ITERATION, 1000, 1);
        for (ScheduleType type : List.of(ScheduleType.ITERATION, ScheduleType.EPOCH)) {
            int kept = type == ScheduleType.EPOCH ? 6 : 5;
            List<Double> falling = losses(type, type == ScheduleType.EPOCH ? 2 : kept, 1);
            assertEquals(constant.subList(0, kept), falling.subList(0, kept));
            assertNotEquals(constant.get(kept), falling.get(kept));
            assertEquals(falling, losses(type, type == ScheduleType.EPOCH ? 2 : kept, 2));
        }
    }
}
