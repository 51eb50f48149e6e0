// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/lessons/lesson_panel.h"

#include "ui/document/session_document.h"

#include <QAccessible>
#include <QButtonGroup>
#include <QHBoxLayout>
#include <QLabel>
#include <QLineEdit>
#include <QListWidget>
#include <QLocale>
#include <QMouseEvent>
#include <QPointer>
#include <QPushButton>
#include <QRadioButton>
#include <QScrollArea>
#include <QScrollBar>
#include <QSettings>
#include <QStackedWidget>
#include <QTimer>
#include <QVBoxLayout>

#include <algorithm>
#include <utility>

namespace diffuscope::ui {

using lesson::QuestionKind;

namespace {

constexpr int listPage = 0, stepPage = 1;
constexpr int idRole = Qt::UserRole;

/// Controls of the recipe, which a step may keep for later; what only looks is always free.
const QStringList& lockable()
{
    static const QStringList ids{"model",   "class",    "prompt",   "schedule", "grid",  "steps",
                                 "sampler", "guidance", "clipping", "seed",     "batch", "run"};
    return ids;
}

QString progressKey(const QString& lesson)
{
    return QStringLiteral("lessons/") + lesson;
}

/// The sentence of a choice, which wraps as a button's text does not; a click on it is one on the button.
class ChoiceText : public QLabel
{
public:
    ChoiceText(const QString& text, QAbstractButton* button, QWidget* parent)
        : QLabel(text, parent), m_button(button)
    {
        setWordWrap(true);
        setTextFormat(Qt::PlainText);
    }

protected:
    void mousePressEvent(QMouseEvent*) override
    {
        if (m_button)
            m_button->click();
    }

private:
    QPointer<QAbstractButton> m_button;
};

QLabel* wrappedLabel(const char* name, QWidget* parent)
{
    auto* label = new QLabel(parent);
    label->setObjectName(QLatin1String(name));
    label->setWordWrap(true);
    label->setTextFormat(Qt::PlainText);  // a lesson's text is shown as it is written
    return label;
}

}  // namespace

LessonPanel::LessonPanel(SessionDocument& document, QWidget* parent) : QWidget(parent), m_document(document)
{
    setObjectName(QStringLiteral("lessonPanel"));
    setAccessibleName(tr("Lesson"));
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    m_pages = new QStackedWidget(this);
    m_pages->addWidget(makeList());
    m_pages->addWidget(makeStep());
    column->addWidget(m_pages);
    m_locks = std::make_unique<ControlLocks>();
}

LessonPanel::~LessonPanel() = default;

QWidget* LessonPanel::makeList()
{
    auto* page = new QWidget(this);
    auto* column = new QVBoxLayout(page);
    column->setContentsMargins(8, 4, 8, 8);
    m_list = new QListWidget(page);
    m_list->setObjectName(QStringLiteral("lessonList"));
    m_list->setAccessibleName(tr("Lessons"));
    m_list->setWordWrap(true);
    m_list->setAlternatingRowColors(true);
    m_list->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    m_problem = wrappedLabel("lessonProblem", page);
    m_problem->hide();
    m_start = new QPushButton(tr("&Begin"), page);
    m_start->setObjectName(QStringLiteral("lessonBegin"));
    m_start->setToolTip(
        tr("Begin the lesson, or take it up where it was left. It works on a run of its own."));
    column->addWidget(m_list, 1);
    column->addWidget(m_problem);
    column->addWidget(m_start, 0, Qt::AlignRight);
    const auto beginCurrent = [this] {
        if (const QListWidgetItem* item = m_list->currentItem()) {
            const QString id = item->data(idRole).toString();
            begin(id, stepLeft(id));
        }
    };
    connect(m_start, &QPushButton::clicked, this, beginCurrent);
    connect(m_list, &QListWidget::itemActivated, this, beginCurrent);
    connect(m_list, &QListWidget::currentRowChanged, this,
            [this](int row) { m_start->setEnabled(row >= 0); });
    return page;
}

QWidget* LessonPanel::makeStep()
{
    auto* page = new QWidget(this);
    auto* column = new QVBoxLayout(page);
    column->setContentsMargins(8, 4, 8, 8);
    auto* top = new QHBoxLayout;
    m_where = new QLabel(page);
    m_where->setObjectName(QStringLiteral("lessonWhere"));
    m_where->setForegroundRole(QPalette::PlaceholderText);
    m_where->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Preferred);
    auto* leave = new QPushButton(tr("&Lessons"), page);
    leave->setObjectName(QStringLiteral("lessonLeave"));
    leave->setToolTip(tr("Leave this lesson; it can be taken up again at this step."));
    top->addWidget(m_where, 1);
    top->addWidget(leave);
    column->addLayout(top);

    auto* content = new QWidget(page);
    auto* text = new QVBoxLayout(content);
    text->setContentsMargins(0, 0, 6, 0);
    m_title = wrappedLabel("lessonTitle", content);
    QFont bold = m_title->font();
    bold.setBold(true);
    bold.setPointSizeF(bold.pointSizeF() * 1.15);
    m_title->setFont(bold);
    m_text = wrappedLabel("lessonText", content);
    m_text->setTextInteractionFlags(Qt::TextSelectableByMouse);
    m_question = new QWidget(content);
    auto* question = new QVBoxLayout(m_question);
    question->setContentsMargins(0, 6, 0, 0);
    m_ask = wrappedLabel("lessonAsk", m_question);
    QFont strong = m_ask->font();
    strong.setBold(true);
    m_ask->setFont(strong);
    m_choices = new QVBoxLayout;
    m_choiceGroup = new QButtonGroup(this);
    m_number = new QLineEdit(m_question);
    m_number->setObjectName(QStringLiteral("lessonNumber"));
    m_number->setAccessibleName(tr("Your answer, a number"));
    m_number->setPlaceholderText(tr("a number"));
    m_how = wrappedLabel("lessonHow", m_question);
    m_how->setForegroundRole(QPalette::PlaceholderText);
    m_answer = new QPushButton(tr("&Answer"), m_question);
    m_answer->setObjectName(QStringLiteral("lessonAnswer"));
    question->addWidget(m_ask);
    question->addLayout(m_choices);
    question->addWidget(m_number);
    question->addWidget(m_how);
    question->addWidget(m_answer, 0, Qt::AlignLeft);
    m_reply = wrappedLabel("lessonReply", content);
    text->addWidget(m_title);
    text->addWidget(m_text);
    text->addWidget(m_question);
    text->addWidget(m_reply);
    text->addStretch(1);
    m_area = new QScrollArea(page);
    m_area->setObjectName(QStringLiteral("lessonScroll"));
    m_area->setFrameShape(QFrame::NoFrame);
    m_area->setWidgetResizable(true);
    m_area->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    m_area->setWidget(content);
    column->addWidget(m_area, 1);

    auto* row = new QHBoxLayout;
    const auto add = [&](const QString& label, const char* name, const QString& tip) {
        auto* button = new QPushButton(label, page);
        button->setObjectName(QLatin1String(name));
        button->setToolTip(tip);
        row->addWidget(button);
        return button;
    };
    m_back = add(tr("&Back"), "lessonBack", tr("The step before."));
    m_explore = add(tr("E&xplore"), "lessonExplore", {});
    m_next = add(tr("&Next"), "lessonNext", tr("The next step."));
    column->addLayout(row);

    connect(leave, &QPushButton::clicked, this, [this] { m_player->leave(); });
    connect(m_back, &QPushButton::clicked, this, [this] { m_player->goTo(m_player->stepIndex() - 1); });
    connect(m_next, &QPushButton::clicked, this, [this] {
        const bool isLast = m_player->stepIndex() + 1 == int(m_player->lesson().steps.size());
        isLast ? m_player->leave() : m_player->goTo(m_player->stepIndex() + 1);
    });
    connect(m_explore, &QPushButton::clicked, this,
            [this] { m_player->isExploring() ? m_player->restore() : m_player->explore(); });
    connect(m_answer, &QPushButton::clicked, this, &LessonPanel::giveAnswer);
    connect(m_number, &QLineEdit::returnPressed, this, &LessonPanel::giveAnswer);
    connect(m_number, &QLineEdit::textChanged, this, &LessonPanel::showWait);
    connect(m_choiceGroup, &QButtonGroup::idClicked, this, &LessonPanel::showWait);
    return page;
}

void LessonPanel::setHost(LessonHost host, QSettings& settings)
{
    m_settings = &settings;
    m_host = host;
    m_player = std::make_unique<LessonPlayer>(m_document, std::move(host));
    connect(m_player.get(), &LessonPlayer::changed, this, &LessonPanel::showStep);
    connect(m_player.get(), &LessonPlayer::readyChanged, this, &LessonPanel::showWait);
    connect(m_player.get(), &LessonPlayer::answered, this, &LessonPanel::showReply);
    connect(m_player.get(), &LessonPlayer::failed, this,
            [this](const QString& problem) { m_reply->setText(problem); });
    connect(&m_document, &SessionDocument::playheadChanged, this, &LessonPanel::showWait);
    connect(&m_document, &SessionDocument::selectionChanged, this, &LessonPanel::showWait);
}

void LessonPanel::setLessons(std::vector<lesson::LessonEntry> lessons)
{
    m_lessons = std::move(lessons);
    fillList();
}

void LessonPanel::fillList()
{
    m_list->clear();
    for (const lesson::LessonEntry& entry : m_lessons) {
        auto* item = new QListWidgetItem(m_list);
        const QString id = QString::fromStdString(entry.id);
        item->setData(idRole, id);
        if (!entry.lesson) {
            item->setText(
                tr("%1\nThis lesson cannot be played: %2").arg(id, QString::fromStdString(entry.problem)));
            item->setFlags(Qt::ItemIsSelectable);
            continue;
        }
        const int step = stepLeft(id);
        const auto steps = int(entry.lesson->steps.size());
        QString text = tr("%1 · %2 min\n%3")
                           .arg(QString::fromStdString(entry.lesson->title))
                           .arg(entry.lesson->minutes)
                           .arg(QString::fromStdString(entry.lesson->about));
        if (step > 0 && step < steps)
            text += QLatin1Char('\n') + tr("left at step %1 of %2").arg(step + 1).arg(steps);
        item->setText(text);
    }
    m_list->setCurrentRow(m_list->count() > 0 ? 0 : -1);
    m_start->setEnabled(m_list->count() > 0);
    m_problem->setVisible(m_lessons.empty());
    if (m_lessons.empty())
        m_problem->setText(tr("There are no lessons where the program looks for them."));
}

bool LessonPanel::begin(const QString& id, int step)
{
    const auto found = std::ranges::find(m_lessons, id.toStdString(), &lesson::LessonEntry::id);
    if (!m_player || found == m_lessons.end() || !found->lesson) {
        m_problem->setText(found == m_lessons.end() ? tr("There is no lesson “%1”.").arg(id)
                                                    : QString::fromStdString(found->problem));
        m_problem->show();
        return false;
    }
    m_problem->hide();
    Q_EMIT begun();
    m_player->begin(*found->lesson, step);
    return true;
}

void LessonPanel::showStep()
{
    const bool isPlaying = m_player->isPlaying();
    pointAndLock();
    if (!isPlaying)
        fillList();
    // So that a link to the window's state leads here.
    m_document.view().setLesson(isPlaying ? QString::fromStdString(m_player->lesson().id) : QString(),
                                isPlaying ? m_player->stepIndex() : 0);
    m_pages->setCurrentIndex(isPlaying ? stepPage : listPage);
    if (!isPlaying)
        return;
    const lesson::Lesson& lesson = m_player->lesson();
    const lesson::Step& step = m_player->step();
    const int index = m_player->stepIndex(), count = int(lesson.steps.size());
    m_where->setText(
        tr("%1 · step %2 of %3").arg(QString::fromStdString(lesson.title)).arg(index + 1).arg(count));
    m_where->setToolTip(m_where->text());
    m_title->setText(QString::fromStdString(step.title));
    QString text = QString::fromStdString(step.text);
    if (index == 0 && !lesson.missing.empty())
        text += QStringLiteral("\n\n") + QString::fromStdString(lesson.missing);
    m_text->setText(text);
    m_reply->clear();
    m_back->setEnabled(index > 0);
    m_next->setText(index + 1 == count ? tr("&Finish") : tr("&Next"));
    m_explore->setText(m_player->isExploring() ? tr("&Return") : tr("E&xplore"));
    m_explore->setToolTip(m_player->isExploring()
                              ? tr("Put recipe and view of this step back.")
                              : tr("Free every control and try what you like; the lesson waits."));
    showQuestion();
    m_area->verticalScrollBar()->setValue(0);
    saveProgress();
    QAccessibleEvent said(m_title, QAccessible::NameChanged);
    QAccessible::updateAccessibility(&said);
}

void LessonPanel::showQuestion()
{
    for (QAbstractButton* old : m_choiceGroup->buttons()) {
        m_choiceGroup->removeButton(old);
        old->parentWidget()->hide();
        old->parentWidget()->deleteLater();
    }
    const bool isAsked = m_player->step().question.has_value() && !m_player->isExploring();
    m_question->setVisible(isAsked);
    if (!isAsked)
        return;
    const lesson::Question& question = *m_player->step().question;
    m_ask->setText(QString::fromStdString(question.ask));
    for (std::size_t k = 0; k < question.choices.size(); ++k) {
        auto* choice = new QWidget(m_question);
        auto* line = new QHBoxLayout(choice);
        line->setContentsMargins(0, 0, 0, 0);
        const QString text = QString::fromStdString(question.choices[k].text);
        auto* button = new QRadioButton(choice);
        button->setObjectName(QStringLiteral("lessonChoice.%1").arg(k));
        button->setAccessibleName(text);
        m_choiceGroup->addButton(button, int(k));
        line->addWidget(button, 0, Qt::AlignTop);
        line->addWidget(new ChoiceText(text, button, choice), 1);
        m_choices->addWidget(choice);
    }
    m_number->clear();
    m_number->setVisible(question.kind == QuestionKind::number);
    m_number->setEnabled(true);
    m_answer->setVisible(true);
    showWait();
}

/// What the answer would be, and whether it can be given now.
void LessonPanel::showWait()
{
    if (!m_player || !m_player->isPlaying() || !m_player->step().question || m_player->isAnswered())
        return;
    const lesson::Question& question = *m_player->step().question;
    const bool isReady = m_player->isReady();
    QString how;
    bool isGiven = true;
    switch (question.kind) {
        case QuestionKind::choice:
            isGiven = m_choiceGroup->checkedId() >= 0;
            break;
        case QuestionKind::number:
            QLocale().toDouble(m_number->text().trimmed(), &isGiven);
            if (!isGiven)
                QLocale::c().toDouble(m_number->text().trimmed(), &isGiven);
            break;
        case QuestionKind::place:
            how = tr("Your answer is where the playhead stands: frame %1.").arg(m_document.committedFrame());
            break;
        case QuestionKind::picture:
            isGiven = m_document.selectedImage() >= 0;
            how = isGiven ? tr("Your answer is the selected picture: %1.").arg(m_document.selectedImage() + 1)
                          : tr("Click the picture that you mean.");
            break;
    }
    if (!isReady)
        how = m_document.state() == RunState::failed ? tr("The run of this step could not be sampled.")
                                                     : tr("One moment: the run is being sampled.");
    m_how->setText(how);
    m_how->setVisible(!how.isEmpty());
    m_answer->setEnabled(isReady && isGiven);
}

void LessonPanel::giveAnswer()
{
    if (!m_answer->isEnabled() || !m_player->isPlaying() || !m_player->step().question)
        return;
    double answer = 0;
    switch (m_player->step().question->kind) {
        case QuestionKind::choice:
            answer = m_choiceGroup->checkedId();
            break;
        case QuestionKind::number: {
            bool isNumber = false;
            answer = QLocale().toDouble(m_number->text().trimmed(), &isNumber);
            if (!isNumber)
                answer = QLocale::c().toDouble(m_number->text().trimmed());
            break;
        }
        case QuestionKind::place:
            answer = m_document.committedFrame();
            break;
        case QuestionKind::picture:
            answer = m_document.selectedImage();
            break;
    }
    m_player->answer(answer);
}

void LessonPanel::showReply(bool, const QString& reply, double answer)
{
    m_reply->setText(reply);
    m_answer->setVisible(false);
    m_how->setVisible(false);
    m_number->setEnabled(false);
    const auto& question = *m_player->step().question;
    if (question.kind == QuestionKind::number && m_number->text().isEmpty())
        m_number->setText(QLocale().toString(answer, 'g', 4));
    for (QAbstractButton* button : m_choiceGroup->buttons()) {
        if (m_choiceGroup->id(button) == int(answer) && question.kind == QuestionKind::choice)
            button->setChecked(true);
        button->setEnabled(false);
    }
    QTimer::singleShot(0, this, [this] { m_area->ensureWidgetVisible(m_reply); });
    QAccessibleEvent said(m_reply, QAccessible::Alert);
    QAccessible::updateAccessibility(&said);
}

QString LessonPanel::replyText() const
{
    return m_reply->text();
}

void LessonPanel::pointAndLock()
{
    m_locks->release();
    QList<QWidget*> pointed;
    if (m_player->isPlaying() && !m_player->isExploring()) {
        const lesson::Step& step = m_player->step();
        for (const std::string& id : step.highlight) {
            const QList<QWidget*> widgets = m_host.widgetsOf(QString::fromStdString(id));
            if (!widgets.empty())
                pointed.append(widgets.front());
        }
        if (step.free)
            for (const QString& id : lockable())
                if (std::ranges::find(*step.free, id.toStdString()) == step.free->end())
                    m_locks->lock(m_host.widgetsOf(id));
    }
    m_frames.pointAt(pointed);
}

/// So that the lesson can be taken up again.
void LessonPanel::saveProgress() const
{
    m_settings->setValue(progressKey(QString::fromStdString(m_player->lesson().id)), m_player->stepIndex());
}

int LessonPanel::stepLeft(const QString& id) const
{
    return m_settings ? m_settings->value(progressKey(id), 0).toInt() : 0;
}

}  // namespace diffuscope::ui
