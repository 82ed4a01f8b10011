#!/usr/bin/env bash
# ND4J 1.0.0-M2.1: the exact area under the ROC curve depends on the order of rows whose predictions are equal.
# Guess before: a model that says 0.5 to everybody has an area of 0.5, as ties count half (Mann and Whitney; scikit-learn).
# Seen: 0, 0.75 and 1 for the same four predictions, by the order in which the labels come; data sorted by class looks perfect or
# hopeless. The version with thresholds (new ROC(30)) says 0.5.
# Needs a JDK (17 or newer) and Maven. Exits 1 when that changes.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cat > "$folder/pom.xml" <<'XML'
<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>findings</groupId>
  <artifactId>nd4j</artifactId>
  <version>1</version>
  <dependencies>
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
import org.nd4j.evaluation.classification.ROC;
import org.nd4j.linalg.factory.Nd4j;

public class Finding {
    static double area(int steps, float... labels) {
        ROC roc = new ROC(steps);
        roc.eval(Nd4j.createFromArray(labels).reshape(labels.length, 1), Nd4j.valueArrayOf(new long[] {labels.length, 1}, 0.5f));
        return roc.calculateAUC();
    }

    public static void main(String[] arguments) {
        double first = area(0, 1, 1, 0, 0);
        double mixed = area(0, 1, 0, 1, 0);
        double last = area(0, 0, 0, 1, 1);
        double steps = area(30, 0, 0, 1, 1);
        System.out.println("all predictions 0.5; labels 1100: " + first + ", 1010: " + mixed + ", 0011: " + last + "; with 30 thresholds: " + steps);
        System.exit(first == 1 && mixed == 0.75 && last == 0 && steps == 0.5 ? 0 : 1);
    }
}
JAVA
java -cp "$(cat "$folder/classpath")" "$folder/Finding.java"
