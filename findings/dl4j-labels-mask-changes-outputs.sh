#!/usr/bin/env bash
# DL4J 1.0.0-M2.1: weights in a mask of the labels change what a network puts out.
# Guess before: a labels' mask is the loss's business: output() is the same with and without it, and a weight of 2 doubles an example's loss.
# Seen: outputs are multiplied by it, so that a softmax says a probability of 1.76 with a weight of 2 and 2.64 with 3; the loss multiplies the logits
# as well, so that an example of weight 2 adds 0.036 where one of weight 1 adds 0.127.
# Needs a JDK (17 or newer) and Maven. Exits 1 when that changes.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cat > "$folder/pom.xml" <<'XML'
<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>findings</groupId>
  <artifactId>dl4j</artifactId>
  <version>1</version>
  <dependencies>
    <dependency>
      <groupId>org.deeplearning4j</groupId>
      <artifactId>deeplearning4j-nn</artifactId>
      <version>1.0.0-M2.1</version>
    </dependency>
    <dependency>
      <groupId>org.nd4j</groupId>
      <artifactId>nd4j-native</artifactId>
      <version>1.0.0-M2.1</version>
    </dependency>
    <dependency>
      <groupId>org.nd4j</groupId>
      <artifactId>nd4j-native</artifactId>
      <version>1.0.0-M2.1</version>
      <classifier>linux-x86_64</classifier>
    </dependency>
    <dependency>
      <groupId>org.bytedeco</groupId>
      <artifactId>openblas</artifactId>
      <version>0.3.19-1.5.7</version>
      <classifier>linux-x86_64</classifier>
    </dependency>
    <dependency>
      <groupId>org.slf4j</groupId>
      <artifactId>slf4j-nop</artifactId>
      <version>1.7.21</version>
    </dependency>
  </dependencies>
</project>
XML
mvn -B -q -f "$folder/pom.xml" dependency:build-classpath -Dmdep.outputFile="$folder/classpath"
cat > "$folder/Finding.java" <<'JAVA'
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.RnnOutputLayer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;

public class Finding {
    public static void main(String[] arguments) {
        ComputationGraph graph = new ComputationGraph(new NeuralNetConfiguration.Builder().graphBuilder().addInputs("in")
                .setInputTypes(InputType.recurrent(1))
                .addLayer("out", new RnnOutputLayer.Builder(LossFunction.MCXENT).activation(Activation.SOFTMAX).nOut(2).build(), "in")
                .setOutputs("out").build());
        graph.init();
        graph.params().assign(Nd4j.createFromArray(1f, -1f, 0f, 0f).reshape(graph.params().shape()));
        INDArray one = Nd4j.ones(1, 1, 1);
        INDArray label = Nd4j.createFromArray(1f, 0f).reshape(1, 2, 1);
        double[] probabilities = new double[3];
        double[] losses = new double[3];
        float[] weights = {1, 2, 3};
        for (int i = 0; i < 3; i++) {
            INDArray mask = Nd4j.createFromArray(weights[i]).reshape(1, 1);
            probabilities[i] = graph.output(false, new INDArray[] {one}, null, new INDArray[] {mask})[0].getDouble(0);
            losses[i] = graph.score(new DataSet(one, label, null, mask), false);
            System.out.println("weight " + weights[i] + ": probability " + probabilities[i] + ", loss " + losses[i]);
        }
        boolean seen = probabilities[1] > 1 && probabilities[2] > 2 && losses[1] < losses[0];
        System.exit(seen ? 0 : 1);
    }
}
JAVA
java -cp "$(cat "$folder/classpath")" "$folder/Finding.java"
