#!/usr/bin/env bash
# ND4J 1.0.0-M2.1: PolySchedule, the polynomial decay of a learning rate, lets it rise to its 2^power-fold and then drop to 0.
# Guess before: a decay, initial * (1 - step / maxIter)^power as in Caffe's policy 'poly': 0.19 after 1 of 40 steps of 0.2.
# Seen: 0.2101 after 1, 0.78 after 39, 0 from 40 on: the sign is the wrong way round.
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
import org.nd4j.linalg.schedule.PolySchedule;
import org.nd4j.linalg.schedule.ScheduleType;

public class Finding {
    public static void main(String[] arguments) {
        PolySchedule schedule = new PolySchedule(ScheduleType.ITERATION, 0.2, 2, 40);
        double first = schedule.valueAt(1, 0);
        double late = schedule.valueAt(39, 0);
        double end = schedule.valueAt(40, 0);
        System.out.println("0.2 decayed over 40 steps with power 2: step 1: " + first + ", step 39: " + late + ", step 40: " + end
                + "; by the formula " + 0.2 * Math.pow(1 - 1 / 40.0, 2) + ", " + 0.2 * Math.pow(1 - 39 / 40.0, 2) + ", 0");
        System.exit(first > 0.2 && late > 0.7 && end == 0 ? 0 : 1);
    }
}
JAVA
java -cp "$(cat "$folder/classpath")" "$folder/Finding.java"
