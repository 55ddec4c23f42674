"""Generate LUBM data: universities by the profile of Guo, Pan and Heflin (2005), as N-Triples.

    python benchmarks/lubm.py 10 > lubm-10.nt        ten universities, seed 0
    python benchmarks/lubm.py 50 --seed 7 > lubm.nt

The profile is that of the benchmark: every number is drawn evenly from its range. The random
generator is ours, so a seed does not give the data of the original program, only similar data.
Lines are streamed by department; the same arguments give the same bytes. A few lines repeat, as in
the output of the original.
"""

from __future__ import annotations

import argparse
import random
import sys
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ipgraph.namespaces import RDF

if TYPE_CHECKING:
    from collections.abc import Iterator

UB = "http://swat.cse.lehigh.edu/onto/univ-bench.owl#"
TYPE = f"<{RDF}type>"
DEGREE_UNIVERSITIES = 1000
RESEARCH_AREAS = 30

# By class: the number in a department, and the number of publications of a person.
FACULTY = {
    "FullProfessor": ((7, 10), (15, 20)),
    "AssociateProfessor": ((10, 14), (10, 18)),
    "AssistantProfessor": ((8, 11), (5, 10)),
    "Lecturer": ((5, 7), (0, 5)),
}
PROFESSORS = tuple(FACULTY)[:3]
DEPARTMENTS = (15, 25)
RESEARCH_GROUPS = (10, 20)
UNDERGRADUATES_PER_FACULTY = (8, 14)
GRADUATES_PER_FACULTY = (3, 4)
COURSES_TAUGHT = (1, 2)
COURSES_TAKEN = (2, 4)
GRADUATE_COURSES_TAKEN = (1, 3)
GRADUATE_PUBLICATIONS = (0, 5)
GRADUATES_PER_TEACHING_ASSISTANT = (4, 5)
GRADUATES_PER_RESEARCH_ASSISTANT = (3, 4)
UNDERGRADUATES_PER_ADVISED = 5


def universities(count: int, seed: int = 0) -> Iterator[str]:
    """Yield the N-Triples of `count` universities, one text for each department."""
    draw = random.Random(seed)
    for number in range(count):
        university = f"<http://www.University{number}.edu>"
        yield _type(university, "University") + _value(university, "name", f"University{number}")
        for department in range(draw.randint(*DEPARTMENTS)):
            yield "".join(Department(draw, department, number).lines())


def _type(subject: str, class_: str) -> str:
    return f"{subject} {TYPE} <{UB}{class_}> .\n"


def _link(subject: str, name: str, target: str) -> str:
    return f"{subject} <{UB}{name}> {target} .\n"


def _value(subject: str, name: str, text: str) -> str:
    return f'{subject} <{UB}{name}> "{text}" .\n'


@dataclass
class Department:
    """One department; its students refer to the courses and publications of its faculty."""

    draw: random.Random
    number: int
    university: int
    host: str = field(init=False)
    faculty: list[str] = field(default_factory=list)
    professors: list[str] = field(default_factory=list)
    publications: list[str] = field(default_factory=list)
    courses: int = 0
    graduate_courses: int = 0

    def __post_init__(self) -> None:
        self.host = f"Department{self.number}.University{self.university}.edu"

    @property
    def iri(self) -> str:
        """The IRI of the department."""
        return f"<http://www.{self.host}>"

    def entity(self, name: str) -> str:
        """Return the IRI of an entity of this department."""
        return f"<http://www.{self.host}/{name}>"

    def lines(self) -> Iterator[str]:
        """Yield the department, its staff, students, publications and research groups."""
        yield _type(self.iri, "Department")
        yield _value(self.iri, "name", f"Department{self.number}")
        yield _link(self.iri, "subOrganizationOf", f"<http://www.University{self.university}.edu>")
        authors_by_work: dict[str, list[str]] = {}
        for class_, (count, publications) in FACULTY.items():
            for index in range(self.draw.randint(*count)):
                yield from self._faculty_member(class_, index)
                for number in range(self.draw.randint(*publications)):
                    name = f"{class_}{index}/Publication{number}"
                    author = self.entity(f"{class_}{index}")
                    authors_by_work.setdefault(self.entity(name), []).append(author)
        heads = [iri for iri in self.professors if "/FullProfessor" in iri]
        yield _link(self.draw.choice(heads), "headOf", self.iri)
        self.publications = list(authors_by_work)
        yield from self._undergraduates()
        yield from self._graduates(authors_by_work)
        for number in range(self.courses):
            yield from self._named("Course", number)
        for number in range(self.graduate_courses):
            yield from self._named("GraduateCourse", number)
        for iri, authors in authors_by_work.items():
            yield _type(iri, "Publication")
            yield _value(iri, "name", iri.rpartition("/")[2][:-1])
            yield from (_link(iri, "publicationAuthor", author) for author in authors)
        for number in range(self.draw.randint(*RESEARCH_GROUPS)):
            group = self.entity(f"ResearchGroup{number}")
            yield _type(group, "ResearchGroup")
            yield _link(group, "subOrganizationOf", self.iri)

    def _named(self, class_: str, number: int) -> Iterator[str]:
        iri = self.entity(f"{class_}{number}")
        yield _type(iri, class_)
        yield _value(iri, "name", f"{class_}{number}")

    def _person(self, class_: str, number: int, relation: str) -> Iterator[str]:
        iri = self.entity(f"{class_}{number}")
        yield from self._named(class_, number)
        yield _link(iri, relation, self.iri)
        yield _value(iri, "emailAddress", f"{class_}{number}@{self.host}")
        yield _value(iri, "telephone", "xxx-xxx-xxxx")

    def _degree(self, iri: str, degree: str) -> Iterator[str]:
        university = f"<http://www.University{self.draw.randrange(DEGREE_UNIVERSITIES)}.edu>"
        yield _link(iri, degree, university)
        yield _type(university, "University")

    def _faculty_member(self, class_: str, number: int) -> Iterator[str]:
        iri = self.entity(f"{class_}{number}")
        self.faculty.append(iri)
        yield from self._person(class_, number, "worksFor")
        for _ in range(self.draw.randint(*COURSES_TAUGHT)):
            yield _link(iri, "teacherOf", self.entity(f"Course{self.courses}"))
            self.courses += 1
        for _ in range(self.draw.randint(*COURSES_TAUGHT)):
            yield _link(iri, "teacherOf", self.entity(f"GraduateCourse{self.graduate_courses}"))
            self.graduate_courses += 1
        for degree in ("undergraduateDegreeFrom", "mastersDegreeFrom", "doctoralDegreeFrom"):
            yield from self._degree(iri, degree)
        if class_ in PROFESSORS:
            self.professors.append(iri)
            area = f"Research{self.draw.randrange(RESEARCH_AREAS)}"
            yield _value(iri, "researchInterest", area)

    def _count(self, per_faculty: tuple[int, int]) -> int:
        return sum(self.draw.randint(*per_faculty) for _ in self.faculty)

    def _courses_of(
        self, iri: str, class_: str, offered: int, range_: tuple[int, int]
    ) -> Iterator[str]:
        for number in self.draw.sample(range(offered), self.draw.randint(*range_)):
            yield _link(iri, "takesCourse", self.entity(f"{class_}{number}"))

    def _undergraduates(self) -> Iterator[str]:
        for number in range(self._count(UNDERGRADUATES_PER_FACULTY)):
            iri = self.entity(f"UndergraduateStudent{number}")
            yield from self._person("UndergraduateStudent", number, "memberOf")
            yield from self._courses_of(iri, "Course", self.courses, COURSES_TAKEN)
            if self.draw.randrange(UNDERGRADUATES_PER_ADVISED) == 0:
                yield _link(iri, "advisor", self.draw.choice(self.professors))

    def _graduates(self, authors_by_work: dict[str, list[str]]) -> Iterator[str]:
        count = self._count(GRADUATES_PER_FACULTY)
        for number in range(count):
            iri = self.entity(f"GraduateStudent{number}")
            yield from self._person("GraduateStudent", number, "memberOf")
            yield from self._courses_of(
                iri, "GraduateCourse", self.graduate_courses, GRADUATE_COURSES_TAKEN
            )
            yield from self._degree(iri, "undergraduateDegreeFrom")
            yield _link(iri, "advisor", self.draw.choice(self.professors))
            papers = self.draw.randint(*GRADUATE_PUBLICATIONS)
            for paper in self.draw.sample(self.publications, papers):
                authors_by_work[paper].append(iri)
        teaching = count // self.draw.randint(*GRADUATES_PER_TEACHING_ASSISTANT)
        courses = self.draw.sample(range(self.courses), min(teaching, self.courses))
        for student, course in zip(
            self.draw.sample(range(count), len(courses)), courses, strict=True
        ):
            iri = self.entity(f"GraduateStudent{student}")
            yield _type(iri, "TeachingAssistant")
            yield _link(iri, "teachingAssistantOf", self.entity(f"Course{course}"))
        research = count // self.draw.randint(*GRADUATES_PER_RESEARCH_ASSISTANT)
        for student in self.draw.sample(range(count), research):
            yield _type(self.entity(f"GraduateStudent{student}"), "ResearchAssistant")


def main() -> None:
    """Write the universities to standard output."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("universities", type=int)
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()
    sys.stdout.writelines(universities(arguments.universities, arguments.seed))


if __name__ == "__main__":
    main()
